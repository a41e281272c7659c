"""What the words of two questions or more use: numbers and names for readers, tables, layout, delays, what was searched."""
