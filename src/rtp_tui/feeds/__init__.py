"""Sources being run: connected, guarded, counted."""
