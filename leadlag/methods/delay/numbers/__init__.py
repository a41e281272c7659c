"""Delay sets by inverting a test of the peak, and mean delays."""
