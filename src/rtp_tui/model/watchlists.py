"""Instruments that somebody keeps an eye on."""

from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.topics import Topic

MOST_WATCHED = 1_000
MOST_WATCHLISTS = 100


class Watchlist(Struct, frozen=True):
    """Instruments under a name, in the order in which they are wanted."""

    name: str
    instruments: tuple[InstrumentId, ...] = ()


class WatchlistSaved(Struct, frozen=True, tag="watchlist_saved"):
    """A watchlist is new, or another than before."""

    topic: ClassVar[Topic] = Topic.PORTFOLIO

    watchlist: Watchlist


class WatchlistRemoved(Struct, frozen=True, tag="watchlist_removed"):
    """It is gone."""

    topic: ClassVar[Topic] = Topic.PORTFOLIO

    name: str
