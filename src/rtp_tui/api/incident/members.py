"""The state as members of a bundle: what is true at its moment, room by room.

What people hold, watch and where they sit is left out: portfolios, watchlists, the addresses of clients.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from rtp_tui.api.incident.harmless import harmless_json
from rtp_tui.model.alerts import Alert, Silence
from rtp_tui.model.breakers import BreakerStatus
from rtp_tui.model.events import InstrumentView, Snapshot
from rtp_tui.model.feeds import ActiveFeed, FeedStatus
from rtp_tui.model.gaps import Gap
from rtp_tui.model.health import HealthReport, MarketSession
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.jobs import JobStatus
from rtp_tui.model.notifications import ChannelStatus, Mute
from rtp_tui.model.parts import EngineStatus, PartStatus
from rtp_tui.model.statistics import CacheStatus, PipelineStatistics, ServerStatus, StoreStatus
from rtp_tui.reports.columns import Column, Row
from rtp_tui.reports.formats import ExportFormat, text_encoder


class Member(Struct, frozen=True):
    """A file of the bundle."""

    name: str
    content: bytes


class _Engine(Struct, frozen=True):
    engine: EngineStatus | None
    parts: tuple[PartStatus, ...]


class _Health(Struct, frozen=True):
    health: HealthReport | None
    sessions: tuple[MarketSession, ...]


class _Feeds(Struct, frozen=True):
    feeds: tuple[FeedStatus, ...]
    active: tuple[ActiveFeed, ...]
    gaps: tuple[Gap, ...]


class _Alerts(Struct, frozen=True):
    alerts: tuple[Alert, ...]
    silences: tuple[Silence, ...]
    channels: tuple[ChannelStatus, ...]
    mute: Mute | None


class _Measurements(Struct, frozen=True):
    statistics: PipelineStatistics | None
    store: StoreStatus | None
    cache: CacheStatus | None
    server: ServerStatus | None


class _Breakers(Struct, frozen=True):
    breakers: tuple[BreakerStatus, ...]


class _Jobs(Struct, frozen=True):
    jobs: tuple[JobStatus, ...]


class _Instruments(Struct, frozen=True):
    instruments: tuple[Instrument, ...]


_TEXTS = ("instrument", "source", "freshness", "reason")
_NUMBERS = ("price", "bid", "ask", "change_24h_pct", "day_open", "day_high", "day_low", "vwap", "volume_24h")
_QUOTES = (
    *(Column(name, str) for name in _TEXTS),
    *(Column(name, int) for name in ("event_ms", "received_ms")),
    *(Column(name, float) for name in _NUMBERS),
    Column("stored", bool),
)


def members_of(state: Snapshot) -> Iterator[Member]:
    """What a snapshot tells, in the order in which one looks for a fault."""
    yield _json("engine.json", _Engine(state.engine, state.parts))
    yield _json("health.json", _Health(state.health, state.sessions))
    yield _json("feeds.json", _Feeds(state.feeds, state.active_feeds, state.gaps))
    yield _json("breakers.json", _Breakers(state.breakers))
    yield _json("jobs.json", _Jobs(state.jobs))
    yield _json("alerts.json", _Alerts(state.alerts, state.silences, state.channels, state.mute))
    yield _json("measurements.json", _Measurements(state.statistics, state.store, state.cache, state.server))
    yield _json("instruments.json", _Instruments(tuple(view.instrument for view in state.instruments)))
    yield Member("quotes.csv", _quotes(state.instruments))


def _json(name: str, value: Struct) -> Member:
    return Member(name, harmless_json(value, indented=True).encode("utf-8", "replace"))


def _quotes(views: Sequence[InstrumentView]) -> bytes:
    encoder = text_encoder(ExportFormat.CSV, _QUOTES)
    return encoder.header + encoder([_quote(view) for view in views])


def _quote(view: InstrumentView) -> Row:
    quote, verdict = view.quote, view.freshness
    freshness = ("", "") if verdict is None else (verdict.freshness.value, verdict.reason)
    if quote is None:
        return (view.instrument.id, "", *freshness, *(None,) * (len(_NUMBERS) + 3))
    numbers = (getattr(quote, name) for name in _NUMBERS)
    times = (quote.event_ms, quote.received_ms)
    return (view.instrument.id, quote.source, *freshness, *times, *numbers, quote.stored)
