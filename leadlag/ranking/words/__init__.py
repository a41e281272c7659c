"""A ranking in words: sentences, checks, facts, tables, prose, and what was done to each series."""
