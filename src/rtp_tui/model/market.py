"""Observations of the market and what is built from them.

Prices are floats in the instrument's currency; times are integer Unix milliseconds.
"""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.topics import Topic


class TickKind(StrEnum):
    """What an observation is evidence of."""

    TRADE = "trade"
    """Something was traded: the only kind that gives volume and trade counts."""
    QUOTE = "quote"
    """Bid, ask or 24-hour figures, perhaps a last price; never gives a bar."""
    POLL = "poll"
    """A price asked for at an interval: gives a sampled, price-only bar."""


class Tick(Struct, frozen=True, gc=False):
    """One observation of one instrument by one feed."""

    kind: TickKind
    instrument: InstrumentId
    feed: str
    """For example `binance:BTCUSDT`."""
    event_ms: int | None
    """The venue's clock; None where the wire carries no time."""
    received_ms: int
    """Our clock, stamped before anything waits."""
    price: float | None = None
    size: float | None = None
    sequence: int | None = None
    """The venue's number of this trade, one counter per instrument and feed."""
    bid: float | None = None
    ask: float | None = None
    open_24h: float | None = None
    high_24h: float | None = None
    low_24h: float | None = None
    volume_24h: float | None = None
    """In the quote currency."""
    previous_close: float | None = None
    market_cap: float | None = None


class ChangeBasis(StrEnum):
    """What a 24-hour change is measured from."""

    ROLLING_24H = "24h"
    PREVIOUS_CLOSE = "previous_close"


class Quote(Struct, frozen=True, gc=False, tag="quote"):
    """What is known of an instrument now; None is "not known", never zero."""

    topic: ClassVar[Topic] = Topic.MARKET

    instrument: InstrumentId
    price: float | None
    event_ms: int | None
    received_ms: int
    source: str
    bid: float | None = None
    ask: float | None = None
    change_24h: float | None = None
    change_24h_pct: float | None = None
    change_basis: ChangeBasis = ChangeBasis.ROLLING_24H
    previous_close: float | None = None
    day_open: float | None = None
    day_high: float | None = None
    day_low: float | None = None
    vwap: float | None = None
    volume_24h: float | None = None
    market_cap: float | None = None
    high_24h: float | None = None
    low_24h: float | None = None
    stored: bool = False
    """The value comes from the store of an earlier run, not from a feed of this one."""

    @property
    def day_position(self) -> float | None:
        """Where the price is between the day's low, 0, and its high, 1; None where there is no range."""
        if self.price is None or self.day_high is None or self.day_low is None:
            return None
        extent = self.day_high - self.day_low
        return min(1.0, max(0.0, (self.price - self.day_low) / extent)) if extent > 0 else None


class BarOrigin(StrEnum):
    """How a bar came to be."""

    LIVE = "live"
    SAMPLED = "sampled"
    BACKFILL = "backfill"
    REPLAY = "replay"


class Bar(Struct, frozen=True, gc=False, tag="bar"):
    """Open, high, low, close and volume of `[open_ms, open_ms + timeframe)` by event time."""

    topic: ClassVar[Topic] = Topic.MARKET

    instrument: InstrumentId
    timeframe: str
    open_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    """In units of the instrument; 0 for a sampled bar."""
    trades: int
    closed: bool
    revision: int
    """How often the bar changed after it was first closed."""
    origin: BarOrigin
    source: str
    """The feed whose ticks made it."""
    missing: int = 0
    """Of a bar made of minutes: those of its span, in session and past, that it has no bar of."""


class BarsBackfilled(Struct, frozen=True, gc=False, tag="bars_backfilled"):
    """Bars arrived from a provider's history."""

    topic: ClassVar[Topic] = Topic.MARKET

    instrument: InstrumentId
    timeframe: str
    bars: int
    from_ms: int
    to_ms: int
    closes: tuple[float, ...]
    """The newest closes up to `to_ms`, ours and theirs, oldest first, at most 16."""


class SignificantChange(Struct, frozen=True, gc=False, tag="significant_change"):
    """A price moved by its threshold or more since the last one announced."""

    topic: ClassVar[Topic] = Topic.MARKET

    instrument: InstrumentId
    price: float
    previous: float
    change_pct: float
    at_ms: int


class RejectReason(StrEnum):
    """Why processing kept an observation out; each is counted."""

    NOT_FINITE = "not_finite"
    NOT_POSITIVE = "not_positive"
    NEGATIVE_SIZE = "negative_size"
    OUT_OF_RANGE = "out_of_range"
    CROSSED = "crossed"
    WRONG_TIME_UNIT = "wrong_time_unit"
    FUTURE_TIME = "future_time"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"
    UNKNOWN_INSTRUMENT = "unknown_instrument"
    EMPTY = "empty"


class Rejected(Struct, frozen=True, gc=False):
    """An observation that is not kept, and why."""

    reason: RejectReason


class BadFrame(StrEnum):
    """Why a frame from the wire gave no observation; each is counted."""

    NOT_TEXT = "not_text"
    NOT_JSON = "not_json"
    WRONG_SHAPE = "wrong_shape"
    UNKNOWN_SYMBOL = "unknown_symbol"
    TOO_BIG = "too_big"
    OUT_OF_SEQUENCE = "out_of_sequence"
    """Frames before it never came; what it says itself is handed on with the next."""


class InstrumentAdded(Struct, frozen=True, tag="instrument_added"):
    """From now on this is priced too."""

    topic: ClassVar[Topic] = Topic.MARKET

    instrument: Instrument


class InstrumentRemoved(Struct, frozen=True, tag="instrument_removed"):
    """It is not priced any more; its history stays."""

    topic: ClassVar[Topic] = Topic.MARKET

    instrument: InstrumentId
