"""What says outside what is to be priced."""

from msgspec import Struct

from rtp_tui.model.commands import AddInstrument
from rtp_tui.model.instrument import Instrument, InstrumentId, Priority


class NewInstrument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An instrument as somebody asks for it; its name is its symbol where nothing is said."""

    id: str
    feeds: tuple[str, ...]
    name: str | None = None
    currency: str = "USD"
    market: str = "24x7"
    priority: Priority = Priority.MEDIUM
    precision: int | None = None


def command_to_add(wanted: NewInstrument) -> AddInstrument:
    """The order to price it."""
    instrument = Instrument(
        id=InstrumentId(wanted.id),
        name=wanted.name or wanted.id.partition(":")[2],
        feeds=wanted.feeds,
        currency=wanted.currency,
        market=wanted.market,
        priority=wanted.priority,
        precision=wanted.precision,
    )
    return AddInstrument(instrument=instrument)
