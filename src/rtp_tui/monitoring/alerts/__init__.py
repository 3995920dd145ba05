"""Alerts: rules that people write, what is measured for them, and what becomes of each that holds."""
