"""How prices move together: a factor of all markets, one of the class, and what is the symbol's own.

Standard Brownian motions of one year's variance 1; a symbol's log price moves by its volatility times a weighted
sum of the three. The shares of variance are of the size that equity and crypto factor models find.
"""

from math import sqrt
from random import Random

from msgspec import Struct

YEAR_MS = 365 * 24 * 3_600_000.0


class Shares(Struct, frozen=True):
    """Weights of the three motions; their squares add up to 1."""

    common: float
    of_class: float
    own: float


_SHARES = {
    "crypto": Shares(0.5, 0.7, sqrt(1 - 0.25 - 0.49)),
    "stocks": Shares(0.5, 0.5, sqrt(0.5)),
    # The peso weakens when risk is sold.
    "fx": Shares(-0.35, 0.0, sqrt(1 - 0.35**2)),
}
_ALONE = Shares(0.0, 0.0, 1.0)


def shares_of(asset_class: str) -> Shares:
    """The weights of a class; a class that is not known moves on its own."""
    return _SHARES.get(asset_class, _ALONE)


class Factors:
    """Where the shared motions are; `of_class` is by asset class."""

    def __init__(self, random: Random) -> None:
        self.common = 0.0
        self.of_class = dict.fromkeys(_SHARES, 0.0)
        self._random = random

    def move(self, elapsed_ms: float) -> None:
        """Let time pass."""
        deviation = sqrt(elapsed_ms / YEAR_MS)
        gauss = self._random.gauss
        self.common += deviation * gauss()
        for asset_class in self.of_class:
            self.of_class[asset_class] += deviation * gauss()
