"""Supply and demand: prices that a market left at once, weighted by what was traded there; pure."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.analytics.swings import PlainBar, mean_true_range, volume_weights
from rtp_tui.model.levels import Zone, ZoneKind

IMPULSE_RANGES = 1.5
"""A departure's body is so many mean true ranges long."""
BASE_RANGES = 0.75
"""A bar of a base has a body of less than so many."""
MOST_BASE_BARS = 4
MOST_ZONES = 12


class _Departure(Struct, frozen=True):
    """A base from `start` up to the bar at `impulse` by which the price left it."""

    start: int
    impulse: int
    kind: ZoneKind
    low: float
    high: float


def supply_and_demand(bars: Sequence[PlainBar]) -> tuple[Zone, ...]:
    """The strongest zones of bars that ascend, at most twelve, ascending by price.

    The method is that of Sam Seiden, as taught since the 2000s: a base of one to four quiet
    bars from which the price departs by a bar with a body of one and a half mean true ranges leaves orders behind.
    The zone is what the base reaches; it counts until a bar closes beyond its far side. Its strength is the volume
    of base and departure, in means and three at most a bar, times the ranges of the departure's body, divided by
    one more than the times that the price came back, since each visit uses up orders; the largest is 100. Of two
    zones of a kind that overlap the stronger stays.
    """
    reach = mean_true_range(bars)
    if reach <= 0:
        return ()
    weights = volume_weights(bars)
    found = []
    for one in _departures(bars, reach):
        later = bars[one.impulse + 1 :]
        if not _is_broken(one, later):
            found.append(_zone(one, bars, weights, _visits(one, later), reach))
    return _strongest(found)


def _departures(bars: Sequence[PlainBar], reach: float) -> Iterator[_Departure]:
    for impulse in range(1, len(bars)):
        bar = bars[impulse]
        if abs(bar.close - bar.open) < IMPULSE_RANGES * reach:
            continue
        start = _base_start(bars, impulse, reach)
        if start == impulse:
            continue
        base = bars[start:impulse]
        kind = ZoneKind.DEMAND if bar.close > bar.open else ZoneKind.SUPPLY
        low, high = min(one.low for one in base), max(one.high for one in base)
        if bar.close > high if kind is ZoneKind.DEMAND else bar.close < low:
            yield _Departure(start, impulse, kind, low, high)


def _base_start(bars: Sequence[PlainBar], impulse: int, reach: float) -> int:
    start = impulse
    while start > max(0, impulse - MOST_BASE_BARS) and _is_quiet(bars[start - 1], reach):
        start -= 1
    return start


def _is_quiet(bar: PlainBar, reach: float) -> bool:
    return abs(bar.close - bar.open) < BASE_RANGES * reach


def _is_broken(zone: _Departure, later: Sequence[PlainBar]) -> bool:
    if zone.kind is ZoneKind.DEMAND:
        return any(bar.close < zone.low for bar in later)
    return any(bar.close > zone.high for bar in later)


def _visits(zone: _Departure, later: Sequence[PlainBar]) -> int:
    """How often the price came back into it from outside."""
    inside = [bar.low <= zone.high and bar.high >= zone.low for bar in later]
    return sum(now and not before for before, now in zip([False, *inside], inside, strict=False))


def _zone(
    one: _Departure, bars: Sequence[PlainBar], weights: Sequence[float], visits: int, reach: float
) -> Zone:
    body = abs(bars[one.impulse].close - bars[one.impulse].open)
    made = slice(one.start, one.impulse + 1)
    return Zone(
        kind=one.kind,
        low=one.low,
        high=one.high,
        strength=sum(weights[made]) * body / reach / (1 + visits),
        volume=sum(bar.volume for bar in bars[made]),
        tests=visits,
        from_ms=bars[one.start].open_ms,
    )


def _strongest(zones: Sequence[Zone]) -> tuple[Zone, ...]:
    kept: list[Zone] = []
    for zone in sorted(zones, key=lambda one: (-one.strength, -one.from_ms)):
        if len(kept) < MOST_ZONES and not any(_overlap(zone, other) for other in kept):
            kept.append(zone)
    most = kept[0].strength if kept and kept[0].strength > 0 else 1.0
    shares = [replace(zone, strength=100 * (zone.strength / most)) for zone in kept]
    return tuple(sorted(shares, key=lambda zone: (zone.low, zone.high)))


def _overlap(one: Zone, other: Zone) -> bool:
    return one.kind is other.kind and one.low <= other.high and other.low <= one.high
