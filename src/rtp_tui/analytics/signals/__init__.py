"""Strategies held against bars: when they fire, and what became of the price after."""
