"""What all words use: numbers and names for readers, layout, delays, what was searched. Prose of a question stands with it."""
