"""The Granger question for many KPIs and many leads at once, without a verdict."""
