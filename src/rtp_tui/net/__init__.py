"""HTTP and WebSocket clients: the only importers of httpx and of the websockets client."""
