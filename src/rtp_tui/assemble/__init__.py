"""Settings in, connected parts out: the only room that picks implementations and hands callables across rooms."""
