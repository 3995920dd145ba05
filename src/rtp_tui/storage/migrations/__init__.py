"""The steps that bring a history file from one version of its tables to the next, in order of number."""
