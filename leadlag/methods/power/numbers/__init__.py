"""The chance to find an effect of a given size, and the sizes that could have been seen."""
