"""The one door: watch, query and execute, in this process or across the network."""
