"""Counts of spans of time, kept so that they survive a restart."""

from msgspec import Struct


class Tally(Struct, frozen=True):
    """What was counted of a subject from `start_ms` on, for `span_ms`; the newest word is the one that counts."""

    span_ms: int
    start_ms: int
    subject: str
    """An instrument's id, a source's name, or empty for the pipeline as a whole."""
    counts: str
    """As JSON: what is counted is known to those who count alone."""
