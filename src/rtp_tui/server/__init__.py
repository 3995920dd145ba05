"""Face one: REST and WebSocket over the one door."""
