"""Pictures of a ranking and of one of its leads."""
