"""The command line: one command a file; the only place that starts an event loop."""
