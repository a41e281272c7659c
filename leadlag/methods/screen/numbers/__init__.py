"""Granger tests of all pairs from lag products, and orders by elimination."""
