"""Instruments that somebody keeps an eye on."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.topics import Topic

WatchlistName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
MOST_WATCHED = 1_000
MOST_WATCHLISTS = 100


class Watchlist(Struct, frozen=True):
    """Instruments under a name, in the order in which they are wanted."""

    name: WatchlistName
    instruments: Annotated[tuple[InstrumentId, ...], Meta(max_length=MOST_WATCHED)] = ()


class WatchlistSaved(Struct, frozen=True, tag="watchlist_saved"):
    """A watchlist is new, or another than before."""

    topic: ClassVar[Topic] = Topic.PORTFOLIO

    watchlist: Watchlist


class WatchlistRemoved(Struct, frozen=True, tag="watchlist_removed"):
    """It is gone."""

    topic: ClassVar[Topic] = Topic.PORTFOLIO

    name: str
