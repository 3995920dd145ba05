"""Settings in, connected parts out: defaults, file, environment and flags, with their origin."""
