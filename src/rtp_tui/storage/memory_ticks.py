"""Ticks of a store that is gone with the process."""

from collections.abc import Sequence

from rtp_tui.model.market import Tick
from rtp_tui.model.queries import GetTicks, TickPage
from rtp_tui.storage.pages import cursor_number, page_size


def tick_page(query: GetTicks, kept: Sequence[Tick], given_up: int) -> TickPage:
    """Ticks of one instrument; the cursor counts those that were given up since. Raises BadRequest."""
    size, first = page_size(query.limit), cursor_number(query.cursor)
    found = [
        (number, tick)
        for number, tick in enumerate(kept, given_up)
        if number >= first and tick.instrument == query.instrument and _is_meant(tick, query)
    ]
    return TickPage(
        ticks=tuple(tick for _, tick in found[:size]),
        next_cursor=str(found[size][0]) if len(found) > size else None,
    )


def _is_meant(tick: Tick, query: GetTicks) -> bool:
    at_ms = tick.received_ms if tick.event_ms is None else tick.event_ms
    return (query.start_ms or 0) <= at_ms and (query.end_ms is None or at_ms < query.end_ms)
