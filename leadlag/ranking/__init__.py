"""All of a ranking: the order of the calls, evidence, result, words and pictures."""
