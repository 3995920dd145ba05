"""The questions that the history answers, as SQL; each runs in a reader's thread."""

import sqlite3
import zlib
from collections.abc import Sequence

import msgspec

from rtp_tui.model.events import Event, Payload, Snapshot
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, BarOrigin, Quote
from rtp_tui.model.queries import BarPage, EventPage, GetBars, GetEvents, StoredEvent
from rtp_tui.model.sessions import Span
from rtp_tui.storage.pages import cursor_number, page_size
from rtp_tui.storage.rollups import LONG_TIMEFRAMES

_END_OF_TIME_MS = 2**62

_BARS = (
    "SELECT i.name, b.timeframe, b.open_ms, b.open, b.high, b.low, b.close, b.volume, b.trades, b.closed,"
    " b.revision, b.origin, f.name{missing} FROM {table} b JOIN instruments i ON i.id = b.instrument_id"
    " JOIN feeds f ON f.id = b.feed_id WHERE b.instrument_id = (SELECT id FROM instruments WHERE name = ?)"
    " AND b.timeframe = ?"
)

_BARS_OF = {
    timeframe: _BARS.format(table="long_bars", missing=", b.missing") for timeframe in LONG_TIMEFRAMES
}
_MINUTES = _BARS.format(table="bars", missing=", 0")


def _select(timeframe: str) -> str:
    return _BARS_OF.get(timeframe, _MINUTES)


BarRow = tuple[InstrumentId, str, int, float, float, float, float, float, int, int, int, str, str, int]

_snapshots = msgspec.json.Decoder(Snapshot)
_quotes = msgspec.json.Decoder(Quote)
_payloads: msgspec.json.Decoder[Payload] = msgspec.json.Decoder(Payload)


def bar_page(query: GetBars, connection: sqlite3.Connection) -> BarPage:
    """Bars of a span; the cursor is the `open_ms` of the next one."""
    size = page_size(query.limit)
    start_ms = max(query.start_ms or 0, cursor_number(query.cursor))
    end_ms = _END_OF_TIME_MS if query.end_ms is None else query.end_ms
    rows = connection.execute(
        f"{_select(query.timeframe)} AND b.open_ms >= ? AND b.open_ms < ? ORDER BY b.open_ms LIMIT ?",
        (query.instrument, query.timeframe, start_ms, end_ms, size + 1),
    )
    bars = tuple(map(_bar, rows))
    return BarPage(bars=bars[:size], next_cursor=str(bars[size].open_ms) if len(bars) > size else None)


# One seek in the index for each end: an aggregate of both would read every bar.
_SPANS = (
    "WITH wanted AS (SELECT id, name FROM instruments WHERE name IN (SELECT value FROM json_each(:names))),"
    " ends AS ("
    " SELECT name, (SELECT min(b.open_ms) FROM bars b WHERE b.instrument_id = wanted.id AND b.timeframe = '1m')"
    " AS at_ms FROM wanted UNION ALL"
    " SELECT name, (SELECT max(b.open_ms) FROM bars b WHERE b.instrument_id = wanted.id AND b.timeframe = '1m')"
    " FROM wanted UNION ALL"
    " SELECT name, (SELECT min(b.open_ms) FROM long_bars b WHERE b.instrument_id = wanted.id"
    " AND b.timeframe = frame.value) FROM wanted, json_each(:long) frame UNION ALL"
    " SELECT name, (SELECT max(b.open_ms) FROM long_bars b WHERE b.instrument_id = wanted.id"
    " AND b.timeframe = frame.value) FROM wanted, json_each(:long) frame)"
    " SELECT name, min(at_ms), max(at_ms) FROM ends WHERE at_ms IS NOT NULL GROUP BY name"
)


def bar_spans(
    instruments: Sequence[InstrumentId], connection: sqlite3.Connection
) -> dict[InstrumentId, Span]:
    """When the first and the last bar begins of each that has some."""
    wanted = {"names": _json(instruments), "long": _json(LONG_TIMEFRAMES)}
    return {InstrumentId(name): (first, last) for name, first, last in connection.execute(_SPANS, wanted)}


def _json(values: Sequence[str]) -> str:
    return msgspec.json.encode(values).decode()


def newest_bars(
    instrument: InstrumentId, timeframe: str, count: int, connection: sqlite3.Connection
) -> tuple[Bar, ...]:
    """The newest bars, ascending."""
    rows = connection.execute(
        f"{_select(timeframe)} ORDER BY b.open_ms DESC LIMIT ?", (instrument, timeframe, max(0, count))
    )
    return tuple(map(_bar, rows))[::-1]


def minutes_of(instrument: InstrumentId, span: Span, connection: sqlite3.Connection) -> tuple[Bar, ...]:
    """All minutes of a span, ascending."""
    rows = connection.execute(
        f"{_MINUTES} AND b.open_ms >= ? AND b.open_ms < ? ORDER BY b.open_ms", (instrument, "1m", *span)
    )
    return tuple(map(_bar, rows))


def bar_minutes(
    instrument: InstrumentId, start_ms: int, end_ms: int, connection: sqlite3.Connection
) -> tuple[int, ...]:
    """When the minutes of a span began that there are bars of, ascending."""
    rows = connection.execute(
        "SELECT open_ms FROM bars WHERE instrument_id = (SELECT id FROM instruments WHERE name = ?)"
        " AND timeframe = '1m' AND open_ms >= ? AND open_ms < ? ORDER BY open_ms",
        (instrument, start_ms, end_ms),
    )
    return tuple(row[0] for row in rows)


def instruments(connection: sqlite3.Connection) -> tuple[InstrumentId, ...]:
    """Everything that anything was ever stored of, by name."""
    return tuple(
        InstrumentId(row[0]) for row in connection.execute("SELECT name FROM instruments ORDER BY name")
    )


def _bar(row: BarRow) -> Bar:
    return Bar(*row[:9], bool(row[9]), row[10], BarOrigin(row[11]), row[12], row[13])


def newest_quotes(connection: sqlite3.Connection) -> tuple[Quote, ...]:
    """The last known quotes, marked `stored`; one that an older program wrote unreadably is left out."""
    quotes = []
    for (payload,) in connection.execute("SELECT payload FROM quotes ORDER BY instrument_id"):
        try:
            quotes.append(msgspec.structs.replace(_quotes.decode(payload), stored=True))
        except msgspec.DecodeError:
            continue
    return tuple(quotes)


def event_page(query: GetEvents, connection: sqlite3.Connection) -> EventPage:
    """Events since a moment; the cursor is the id of the next one."""
    size = page_size(query.limit)
    # A payload begins with its tag, as the encoder writes it.
    start = "" if query.kind is None else f'{{"type":{msgspec.json.encode(query.kind).decode()}'
    rows = connection.execute(
        "SELECT id, at_ms, topic, payload FROM events WHERE at_ms >= ? AND id >= ?"
        " AND (? IS NULL OR topic = ?) AND (? = '' OR substr(payload, 1, ?) = ?) ORDER BY id LIMIT ?",
        (
            query.since_ms,
            cursor_number(query.cursor),
            *(query.topic, query.topic),
            *(start, len(start), start),
            size + 1,
        ),
    )
    events = tuple(StoredEvent(id=row[0], at_ms=row[1], topic=row[2], payload=row[3]) for row in rows)
    return EventPage(events=events[:size], next_cursor=str(events[size].id) if len(events) > size else None)


def keyframe_before(at_ms: int, connection: sqlite3.Connection) -> Snapshot | None:
    """The newest keyframe at or before a moment; None where an older program wrote it unreadably."""
    row = connection.execute(
        "SELECT payload FROM keyframes WHERE at_ms <= ? ORDER BY at_ms DESC, id DESC LIMIT 1", (at_ms,)
    ).fetchone()
    if row is None:
        return None
    try:
        return _snapshots.decode(zlib.decompress(row[0]))
    except (zlib.error, msgspec.DecodeError):
        return None


def oldest_keyframe_ms(connection: sqlite3.Connection) -> int | None:
    """The moment of the oldest keyframe."""
    found: tuple[int | None] = connection.execute("SELECT min(at_ms) FROM keyframes").fetchone()
    return found[0]


def state_events(
    after_seq: int, epoch: str, until_ms: int, connection: sqlite3.Connection
) -> tuple[Event, ...]:
    """Events of an epoch after a sequence number, up to a moment, in order."""
    rows = connection.execute(
        "SELECT seq, payload FROM events WHERE epoch = ? AND seq > ? AND at_ms <= ? ORDER BY seq",
        (epoch, after_seq, until_ms),
    )
    events = []
    for seq, payload in rows:
        try:
            events.append(Event(seq, _payloads.decode(payload)))
        except msgspec.DecodeError:
            continue
    return tuple(events)
