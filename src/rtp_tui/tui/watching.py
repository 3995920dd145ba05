"""Watchlists as filters of prices: which list a filter is for, and the filter of a list."""

import re
from collections.abc import Collection, Sequence

from rtp_tui.tui.answers import EVERYTHING

DEFAULT_WATCHLIST = "watchlist"


def watch_filter(name: str, names: Collection[str]) -> str:
    """`list:majors`; stricter where another list's name contains this one."""
    is_clear = not any(name.casefold() in other.casefold() for other in names if other != name)
    return f"list:{re.escape(name)}" if is_clear else f"list:(^| ){re.escape(name)}( |$)"


def watched_by(filter_text: str, names: Collection[str]) -> str | None:
    """The list that a filter is for; None where it is another filter."""
    return next((name for name in names if watch_filter(name, names) == filter_text), None)


def list_after(name: str | None, names: Sequence[str]) -> str | None:
    """The next list in turn; None, for all instruments, after the last."""
    following = names if name is None else names[names.index(name) + 1 :]
    return next(iter(following), None)


def watch_wanted(words: str, names: Collection[str]) -> str | None:
    """The list that `watch majors` is about, or `all`; None for other words."""
    match words.split():
        case ["watch", name] if name in names or name == EVERYTHING:
            return name
    return None
