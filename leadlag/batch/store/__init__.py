"""What is kept of runs: journal, folders, index, and how they are read again."""
