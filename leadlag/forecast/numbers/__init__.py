"""Numbers behind forecasts: arrays in, frozen dataclasses out."""
