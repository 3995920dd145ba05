"""From prices to places on an axis, and the numbers that stand at it."""

from collections.abc import Iterable
from math import ceil, floor, isfinite, log10

from msgspec import Struct

LARGEST = 1e300
"""Beyond it the difference of two numbers is none any more."""
_ROOM = 0.04
"""Of the extent, above and below."""
_FLAT_ROOM = 0.005
"""Of a price that never moves, above and below."""
_SMALLEST_EXTENT, _SMALLEST_ROOM = 1e-15, 1e-12
_MOST_DECIMALS = 12


def is_number(value: float | None) -> bool:
    """It can be drawn."""
    return value is not None and isfinite(value) and abs(value) <= LARGEST


class Scale(Struct, frozen=True, gc=False):
    """Prices from `low` to `high` over `dots` places, the highest at place 0."""

    low: float
    high: float
    dots: int

    def dot(self, value: float) -> int:
        """The place of a value; one outside stands at the edge."""
        inside = max(self.low, min(self.high, value))
        return round((self.high - inside) / (self.high - self.low) * (self.dots - 1))

    def holds(self, value: float | None) -> bool:
        """The value can be drawn where it belongs."""
        return value is not None and self.low <= value <= self.high


def scale_of(values: Iterable[float], dots: int) -> Scale:
    """A scale with room for all of them; what is no number is left out."""
    numbers = [value for value in values if is_number(value)]
    if not numbers:
        return Scale(0.0, 1.0, max(1, dots))
    low, high = min(numbers), max(numbers)
    extent = high - low
    room = extent * _ROOM
    if extent <= max(abs(high) * 1e-12, _SMALLEST_EXTENT):
        room = max(abs(high) * _FLAT_ROOM, _SMALLEST_ROOM)
    return Scale(low - room, high + room, max(1, dots))


def nice_step(extent: float, most: int) -> float:
    """The smallest 1, 2 or 5 times a power of ten that fits at most `most` times into the extent."""
    rough = extent / max(1, most)
    if not isfinite(rough) or rough <= 0:
        return 1.0
    power = 10.0 ** floor(log10(rough))
    return next((power * factor for factor in (1, 2, 5) if power * factor >= rough), power * 10)


def ticks(low: float, high: float, most: int) -> tuple[tuple[float, ...], int]:
    """Round numbers from low to high, ascending, and the decimals that tell them apart."""
    step = nice_step(high - low, most)
    first = ceil(low / step)
    values = [(first + index) * step for index in range(max(1, most) + 2)]
    # A power of ten is not always met exactly.
    decimals = max(0, -floor(log10(step) + 1e-9))
    return tuple(value for value in values if low <= value <= high), min(_MOST_DECIMALS, decimals)
