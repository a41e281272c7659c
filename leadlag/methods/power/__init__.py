"""How small an effect of a lead could have been seen at all."""
