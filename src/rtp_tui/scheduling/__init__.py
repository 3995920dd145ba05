"""When: schedules and market sessions."""
