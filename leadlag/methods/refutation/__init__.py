"""Whether a lead stands where it is put to tests that nothing passes by chance."""
