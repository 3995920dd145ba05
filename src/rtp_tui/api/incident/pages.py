"""What only the engine's history knows, page by page: events and bars of a span."""

from collections.abc import AsyncIterator
from typing import Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from rtp_tui.api.incident.harmless import harmless_json
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import GetBars, GetEvents, Query, StoredEvent
from rtp_tui.model.topics import Topic
from rtp_tui.reports.columns import BARS
from rtp_tui.reports.formats import ExportFormat, text_encoder

AnswerT = TypeVar("AnswerT")
EVENTS_A_PAGE = 500
LEFT_OUT = frozenset({Topic.PORTFOLIO.value})
"""What people hold is nobody's business."""
_OF_HOLDINGS = ("_portfolio", "_watchlist")
"""How the commands end that change it, which are written down with its name."""
_encoder = text_encoder(ExportFormat.CSV, BARS.columns)
BARS_HEADER = _encoder.header


class Asked(Protocol):
    """Whoever answers questions; the one door does."""

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        """Answer a question. Raises Refused."""
        ...


async def pages_of_events(door: Asked, from_ms: int, to_ms: int) -> AsyncIterator[list[bytes]]:
    """Lines of JSON, one an event, ascending. Raises Refused."""
    query = GetEvents(since_ms=from_ms, limit=EVENTS_A_PAGE)
    while True:
        page = await door.query(query)
        told = (event for event in page.events if event.at_ms <= to_ms and event.topic not in LEFT_OUT)
        yield [line for event in told if (line := _line(event))]
        is_over = bool(page.events) and page.events[-1].at_ms > to_ms
        if page.next_cursor is None or is_over:
            return
        query = replace(query, cursor=page.next_cursor)


async def bars_of(door: Asked, instrument: InstrumentId, from_ms: int, to_ms: int) -> bytes:
    """Minutes as CSV without a head; a span of minutes is one page. Raises Refused."""
    page = await door.query(GetBars(instrument=instrument, start_ms=from_ms, end_ms=to_ms))
    return _encoder(tuple(map(BARS.values, page.bars)))


def _line(event: StoredEvent) -> bytes:
    """Nothing of a command about what people hold."""
    try:
        payload = msgspec.json.decode(event.payload)
    except msgspec.DecodeError:
        payload = event.payload
    if isinstance(payload, dict):
        if str(payload.get("command", "")).endswith(_OF_HOLDINGS):
            return b""
        payload = {key: value for key, value in payload.items() if key != "address"}
    told = {"id": event.id, "at_ms": event.at_ms, "topic": event.topic, "payload": payload}
    return harmless_json(told).encode("utf-8", "replace") + b"\n"
