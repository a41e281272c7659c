"""What one series is: unit root, trend, season, average, sum to date, level shift."""
