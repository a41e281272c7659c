"""Where the numbers of a run come from: through the one door, with what each source has promised."""
