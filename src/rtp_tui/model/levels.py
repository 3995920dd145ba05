"""Prices at which a market turned, and where its supply and demand were."""

from enum import StrEnum

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId


class LevelKind(StrEnum):
    """Which side of the last price it is on."""

    SUPPORT = "support"
    RESISTANCE = "resistance"


class Level(Struct, frozen=True, kw_only=True):
    """A price at which the market turned more than once."""

    kind: LevelKind
    price: float
    touches: int
    """How often it turned there."""
    strength: float
    """Of 100, which the strongest has."""
    first_ms: int
    last_ms: int
    """When the bars of its first and last touch begin."""


class ZoneKind(StrEnum):
    """What the price left it by: demand sent it up, supply down."""

    DEMAND = "demand"
    SUPPLY = "supply"


class Zone(Struct, frozen=True, kw_only=True):
    """Prices from which the market departed at once, and that no bar has closed beyond since."""

    kind: ZoneKind
    low: float
    high: float
    strength: float
    """Of 100, which the strongest has."""
    volume: float
    """What was traded while it was made."""
    tests: int
    """How often the price came back to it."""
    from_ms: int
    """When its first bar begins."""


class Levels(Struct, frozen=True, kw_only=True):
    """Levels and zones of an instrument's closed bars, each ascending by price."""

    instrument: InstrumentId
    timeframe: str
    bars: int
    """Of how many they are made."""
    from_ms: int | None
    to_ms: int | None
    """When the first and the last of these begin."""
    levels: tuple[Level, ...] = ()
    zones: tuple[Zone, ...] = ()
