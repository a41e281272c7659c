"""Cross-correlations of prewhitened series, one pair or all at once."""
