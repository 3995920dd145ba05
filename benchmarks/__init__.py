"""Figures for RESULTS.md. Each file is run as `python -m benchmarks.NAME`; `make bench` runs them all."""
