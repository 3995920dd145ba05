"""What is priced."""

from enum import StrEnum
from typing import NewType

from msgspec import Struct

InstrumentId = NewType("InstrumentId", str)
"""`class:SYMBOL`, for example `crypto:BTC`; the name of its channel too."""


class Priority(StrEnum):
    """How early something is served when not everything can be."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Instrument(Struct, frozen=True, kw_only=True):
    """One priced thing and the feeds that price it, in order of preference."""

    id: InstrumentId
    name: str
    feeds: tuple[str, ...]
    currency: str = "USD"
    market: str = "24x7"
    priority: Priority = Priority.MEDIUM
    precision: int | None = None
    """Decimals to show; None lets `text.precision_for` choose by the price."""

    @property
    def asset_class(self) -> str:
        """The part before the colon: crypto, stocks, fx, index or futures."""
        return self.id.partition(":")[0]

    @property
    def symbol(self) -> str:
        """The part after the colon, as the user writes it."""
        return self.id.partition(":")[2]
