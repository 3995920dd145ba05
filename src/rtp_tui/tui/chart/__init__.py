"""Candles, lines and their axes as text: pure functions from bars to lines of cells, without a terminal."""
