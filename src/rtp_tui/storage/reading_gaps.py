"""Gaps as the history has them; runs in a reader's thread."""

import sqlite3

from rtp_tui.model.gaps import Gap, GapCause, GapState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import GapPage, GetGaps
from rtp_tui.storage.pages import cursor_number, page_size

_GAPS = (
    "SELECT g.id, i.name, g.from_ms, g.to_ms, g.cause, g.state, g.found_ms, g.changed_ms, g.feed, g.filled_from,"
    " g.attempts, g.detail FROM gaps g JOIN instruments i ON i.id = g.instrument_id"
    " WHERE g.id >= ? AND g.changed_ms >= ? AND (? IS NULL OR i.name = ?)"
    " AND (? = 0 OR g.state IN ('open', 'backfilling')) ORDER BY g.id LIMIT ?"
)


def gap_page(query: GetGaps, connection: sqlite3.Connection) -> GapPage:
    """Gaps that changed since a moment; the cursor is the number of the next one."""
    size, name = page_size(query.limit), query.instrument
    rows = connection.execute(
        _GAPS, (cursor_number(query.cursor), query.since_ms, name, name, int(query.only_pending), size + 1)
    ).fetchall()
    return GapPage(
        gaps=tuple(map(_gap, rows[:size])), next_cursor=str(rows[size][0]) if len(rows) > size else None
    )


def _gap(row: tuple[int, str, int, int, str, str, int, int, str, str, int, str]) -> Gap:
    from_ms, to_ms, cause, state, found_ms, changed_ms, feed, filled_from, attempts, detail = row[2:]
    return Gap(
        instrument=InstrumentId(row[1]),
        from_ms=from_ms,
        to_ms=to_ms,
        cause=GapCause(cause),
        state=GapState(state),
        found_ms=found_ms,
        changed_ms=changed_ms,
        feed=feed,
        filled_from=filled_from,
        attempts=attempts,
        detail=detail,
    )
