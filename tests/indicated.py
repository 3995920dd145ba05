"""Bars to compute indicators with: made up, with all that may be wrong with them."""

from collections.abc import Sequence
from random import Random

from rtp_tui.analytics.indicators.columns import BarColumns, columns_of
from rtp_tui.analytics.swings import PlainBar
from rtp_tui.model.levels import Level, LevelKind, Zone, ZoneKind
from rtp_tui.model.market import Bar
from tests.factories import NOW_MS, a_bar

MINUTE_MS = 60_000
FIRST_MS = NOW_MS // MINUTE_MS * MINUTE_MS - 2_000 * MINUTE_MS


def wandering_bars(count: int, seed: int = 7, first_ms: int = FIRST_MS, **changes: object) -> list[Bar]:
    """Minutes of a price that wanders about 100, ascending, none missing."""
    random = Random(seed)
    close, bars = 100.0, []
    for minute in range(count):
        open_, close = close, max(1.0, close + random.gauss(0, 0.4))
        high = max(open_, close) + abs(random.gauss(0, 0.2))
        low = min(open_, close) - abs(random.gauss(0, 0.2))
        values = {
            "open": open_,
            "high": high,
            "low": low,
            "close": close,
            "volume": random.expovariate(0.1),
            "open_ms": first_ms + minute * MINUTE_MS,
        }
        bars.append(a_bar(**{**values, **changes}))
    return bars


def wandering(count: int, seed: int = 7) -> BarColumns:
    """The same as columns."""
    return columns_of(wandering_bars(count, seed))


def plain(*closes: float, reach: float = 0.5, volumes: Sequence[float] = ()) -> list[PlainBar]:
    """Bars that go from close to close and reach a little further on both sides."""
    bars = []
    for place, close in enumerate(closes):
        open_ = closes[place - 1] if place else close
        volume = volumes[place] if volumes else 1.0
        bars.append(
            PlainBar(
                place * MINUTE_MS, open_, max(open_, close) + reach, min(open_, close) - reach, close, volume
            )
        )
    return bars


def a_level(**changes: object) -> Level:
    values: dict[str, object] = {
        "kind": LevelKind.SUPPORT,
        "price": 99.5,
        "touches": 3,
        "strength": 100.0,
        "first_ms": NOW_MS,
        "last_ms": NOW_MS,
    }
    return Level(**{**values, **changes})  # type: ignore[arg-type]  # what a test says is what is meant


def a_zone(**changes: object) -> Zone:
    values: dict[str, object] = {
        "kind": ZoneKind.DEMAND,
        "low": 98.0,
        "high": 98.5,
        "strength": 100.0,
        "volume": 12_500.0,
        "tests": 1,
        "from_ms": NOW_MS,
    }
    return Zone(**{**values, **changes})  # type: ignore[arg-type]  # what a test says is what is meant
