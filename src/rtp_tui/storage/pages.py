"""Cursors and sizes of pages, the same in every store."""

from rtp_tui.model.errors import BadRequest

MAX_ROWS = 10_000
"""Of one page, whatever is asked for."""


def cursor_number(cursor: str | None) -> int:
    """The number in a cursor, 0 for none. Raises BadRequest."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise BadRequest(f"cursor: {cursor[:32]!r} is no cursor")
    return int(cursor)


def page_size(limit: int) -> int:
    """Rows of one page. Raises BadRequest for less than one."""
    if limit < 1:
        raise BadRequest("limit: must be 1 or more")
    return min(limit, MAX_ROWS)
