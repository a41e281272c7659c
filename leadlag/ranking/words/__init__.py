"""A ranking in words: sentences, checks, tables, prose."""
