"""Numbers on arrays: numpy and scipy in, frozen results out. No frames, no files, no plots."""
