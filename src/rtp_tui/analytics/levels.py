"""Support and resistance: prices at which a market turned more than once; pure."""

from collections.abc import Iterator, Sequence

from rtp_tui.analytics.swings import PlainBar, Swing, mean, mean_true_range, swings, volume_weights
from rtp_tui.model.levels import Level, LevelKind

LEAST_TOUCHES = 2
MOST_LEVELS = 12

_Touches = list[Swing]


def support_and_resistance(bars: Sequence[PlainBar]) -> tuple[Level, ...]:
    """The strongest levels of bars that ascend, at most twelve, ascending by price.

    Reversals at about one price make it a level, whether they were tops or bottoms (Edwards and Magee, "Technical
    Analysis of Stock Trends", 1948, chapter 13: what was resistance becomes support). Turning points are the
    fractals of `swings`; those that lie within one mean true range of each other are touches of one level, whose
    price is their mean. A touch weighs what its bar's volume is in means, three at most, halved for every half of
    the bars that passed since; the sum of a level's weights against the largest is its strength.
    """
    if not bars:
        return ()
    weights = _weights(bars)
    levels = [
        (touches, sum(weights[one.place] for one in touches))
        for touches in _grouped(sorted(swings(bars), key=_price), mean_true_range(bars))
        if len(touches) >= LEAST_TOUCHES
    ]
    strongest = sorted(levels, key=lambda level: -level[1])[:MOST_LEVELS]
    most = strongest[0][1] if strongest else 0.0
    found = [_level(touches, weight, most, bars) for touches, weight in strongest]
    return tuple(sorted(found, key=lambda level: level.price))


def _weights(bars: Sequence[PlainBar]) -> list[float]:
    half_life = len(bars) / 2
    age = range(len(bars) - 1, -1, -1)
    return [
        weight * 0.5 ** (bars_ago / half_life)
        for weight, bars_ago in zip(volume_weights(bars), age, strict=True)
    ]


def _grouped(turns: Sequence[Swing], reach: float) -> Iterator[_Touches]:
    """Turning points, ascending by price, in groups that reach no further than this."""
    group: _Touches = []
    for turn in turns:
        if group and turn.price - group[0].price > reach:
            yield group
            group = []
        group.append(turn)
    if group:
        yield group


def _level(touches: _Touches, weight: float, most: float, bars: Sequence[PlainBar]) -> Level:
    price = mean([one.price for one in touches])
    moments = [bars[one.place].open_ms for one in touches]
    return Level(
        kind=LevelKind.SUPPORT if price <= bars[-1].close else LevelKind.RESISTANCE,
        price=price,
        touches=len(touches),
        strength=100 * (weight / most) if most > 0 else 0.0,
        first_ms=min(moments),
        last_ms=max(moments),
    )


def _price(turn: Swing) -> float:
    return turn.price
