"""What is prepared again at each rolling origin, from what was known then."""
