"""Is it well: freshness and health, concluded from the state."""
