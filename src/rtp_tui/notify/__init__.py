"""Telling people: channels for alerts and reports, and the outbox that loses none of it."""
