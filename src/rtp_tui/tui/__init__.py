"""Face two: the console over the one door."""
