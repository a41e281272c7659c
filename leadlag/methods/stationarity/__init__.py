"""What each series is: a level that returns, a trend or a walk."""
