"""What is asked of a night: a file as it is written, checked whole, every key with its place."""
