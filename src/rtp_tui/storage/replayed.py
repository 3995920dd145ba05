"""Whether a history file is one that a replay may write to."""

import sqlite3
from contextlib import closing
from pathlib import Path

from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.opening import in_words, open_reader

_OTHER_BARS = "SELECT EXISTS (SELECT 1 FROM bars WHERE origin <> 'replay')"
_ANY_BARS = "SELECT EXISTS (SELECT 1 FROM bars)"
_ANYTHING = "SELECT EXISTS (SELECT 1 FROM ticks) OR EXISTS (SELECT 1 FROM quotes)"


def is_of_replays(path: Path) -> bool:
    """Whether there is nothing yet, or nothing but what replays have left. Raises StoreUnusable."""
    if not path.exists():
        return True
    try:
        with closing(open_reader(path)) as connection:
            if _holds(connection, _OTHER_BARS):
                return False
            return _holds(connection, _ANY_BARS) or not _holds(connection, _ANYTHING)
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return True
        raise StoreUnusable(in_words(error, path)) from error
    except sqlite3.Error as error:
        raise StoreUnusable(in_words(error, path)) from error


def _holds(connection: sqlite3.Connection, question: str) -> bool:
    return bool(connection.execute(question).fetchone()[0])
