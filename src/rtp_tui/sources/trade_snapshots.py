"""What is new in the newest trades that some venues send right after a subscription. Pure."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import TypeVar

from rtp_tui.model.market import Tick

RowT = TypeVar("RowT")

_number = attrgetter("sequence")


def by_name(rows: Iterable[RowT], name_of: Callable[[RowT], str]) -> dict[str, list[RowT]]:
    """The rows of a snapshot, which may be of several instruments, by the venue's name of each."""
    found: dict[str, list[RowT]] = {}
    for row in rows:
        found.setdefault(name_of(row), []).append(row)
    return found


def unseen(trades: Iterable[Tick], newest: int | None) -> Sequence[Tick]:
    """The trades since the `newest` that is known, itself among them, oldest first.

    Where none is known, or the venue counts anew, only the newest of them: the others would begin a bar in its
    middle, and the minutes before are history's.
    """
    ordered = sorted(trades, key=_number)
    if not ordered:
        return ()
    last = _number(ordered[-1])
    since = last if newest is None else min(newest, last)
    return tuple(trade for trade in ordered if _number(trade) >= since)
