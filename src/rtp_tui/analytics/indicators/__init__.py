"""Indicators: what they are called, which there are, and what they come to."""
