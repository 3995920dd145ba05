"""A random fire drill: what goes wrong where and when, all of it from one seed. Pure."""

from collections.abc import Iterator, Sequence
from random import Random

from msgspec import Struct

SHORTEST_S, LONGEST_S = 3.0, 25.0
"""How long one fault lasts."""
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 10.0
"""Between the beginnings of two; they may overlap."""


class Step(Struct, frozen=True):
    """One fault of the drill."""

    at_s: float
    """After the beginning."""
    venue: str
    fault: str
    seconds: float


def drill_plan(seed: int, venues: Sequence[str], faults: Sequence[str], seconds: float) -> Iterator[Step]:
    """The faults of so many seconds, the earliest first; none lasts beyond the end."""
    rng = Random(seed)
    at_s = 0.0
    while seconds - at_s > SHORTEST_S:
        lasts_s = min(rng.uniform(SHORTEST_S, LONGEST_S), seconds - at_s)
        yield Step(round(at_s, 1), rng.choice(venues), rng.choice(faults), round(lasts_s, 1))
        at_s += rng.uniform(SHORTEST_PAUSE_S, LONGEST_PAUSE_S)
