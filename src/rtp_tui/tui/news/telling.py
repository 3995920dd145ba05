"""What events say to a person: of each a line, several or none, told the state before it."""

from collections.abc import Iterator

from rtp_tui.model.alerts import Alert, Silence
from rtp_tui.model.breakers import BreakerStatus
from rtp_tui.model.clients import AuditEntry, ClientList
from rtp_tui.model.drills import DrillStatus
from rtp_tui.model.events import Payload
from rtp_tui.model.feeds import ActiveFeed, FeedStatus
from rtp_tui.model.gaps import Gap
from rtp_tui.model.health import HealthReport, MarketSession
from rtp_tui.model.jobs import JobRemoved, JobRun, JobStatus
from rtp_tui.model.market import InstrumentAdded, InstrumentRemoved, SignificantChange
from rtp_tui.model.notifications import ChannelStatus, Mute
from rtp_tui.model.parts import EngineStatus, PartStatus
from rtp_tui.model.quality import Anomaly, AnomalyState
from rtp_tui.model.statistics import LogLine, StoreStatus
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.news.alerts import of_alert, of_channel, of_mute, of_silence
from rtp_tui.tui.news.engine import (
    of_clients,
    of_drills,
    of_engine,
    of_health,
    of_order,
    of_part,
    of_session,
    of_store,
)
from rtp_tui.tui.news.feeds import of_breaker, of_feed, of_gap, of_move, of_switch
from rtp_tui.tui.news.item import News
from rtp_tui.tui.news.jobs import of_job, of_run
from rtp_tui.tui.news.words import anomaly_text

_LEVELS = {"error": Tone.BAD, "critical": Tone.BAD, "warning": Tone.WARN, "debug": Tone.DIM}


def news_of(payload: Payload, before: PipelineState, now_ms: int) -> Iterator[News]:
    """What this payload changes, told the state before it; `now_ms` is for those that tell no time."""
    match payload:
        case Alert():
            yield from of_alert(payload, before.alert.active.get(payload.id))
        case Silence():
            yield from of_silence(payload, before.alert.silences.get(payload.id), now_ms)
        case Mute():
            yield of_mute(payload, now_ms)
        case ChannelStatus():
            yield from of_channel(payload, before.alert.channels.get(payload.name), now_ms)
        case AuditEntry():
            yield of_order(payload)
        case StoreStatus():
            yield from of_store(payload, before.measurements.store)
        case InstrumentAdded():
            yield News(now_ms, Tone.INFO, payload.instrument.id, "priced from now on")
        case InstrumentRemoved():
            yield News(now_ms, Tone.INFO, payload.instrument, "priced no more")
        case LogLine():
            tone = _LEVELS.get(payload.level, Tone.INFO)
            yield News(payload.at_ms, tone, payload.source, payload.message)
        case FeedStatus():
            yield from of_feed(payload, before.feed.feeds.get(payload.name))
        case ActiveFeed():
            yield from of_switch(payload, before.feed.active.get(payload.instrument))
        case BreakerStatus():
            yield from of_breaker(payload, before.breaker.breakers.get(payload.name))
        case JobStatus():
            yield from of_job(payload, before.job.jobs.get(payload.id), now_ms)
        case JobRun():
            yield from of_run(payload)
        case JobRemoved():
            yield News(now_ms, Tone.INFO, payload.id, "removed")
        case PartStatus():
            yield from of_part(payload, before.part.parts.get(payload.name))
        case EngineStatus():
            yield from of_engine(payload, before.part.engine, now_ms)
        case DrillStatus():
            yield from of_drills(payload, before.part.drill, now_ms)
        case MarketSession():
            yield from of_session(payload, before.quality.sessions.get(payload.market), now_ms)
        case HealthReport():
            yield from of_health(payload, before.quality.health)
        case ClientList():
            yield from of_clients(payload, before.measurements.clients)
        case Gap():
            yield from of_gap(payload, before.quality.gaps.get((payload.instrument, payload.from_ms)))
        case Anomaly():
            tone = Tone.OK if payload.state is AnomalyState.CONFIRMED else Tone.WARN
            yield News(payload.at_ms, tone, payload.instrument, anomaly_text(payload))
        case SignificantChange():
            yield of_move(payload)
        case _:
            pass
