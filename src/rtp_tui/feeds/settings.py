"""Settings of feeds that are asked."""

from msgspec import Struct


class PollingSettings(Struct, frozen=True, kw_only=True):
    """How many questions a feed asks at once, and how much each holds."""

    workers_data: int = 8
    """Questions under way to one provider, within what its policy lets through."""
    batch_size: int = 50
    """Instruments in one question, or the provider's own limit where that is lower."""
