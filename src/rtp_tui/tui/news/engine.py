"""What is told of the engine: its parts, health, store and clients, and who ordered what."""

from collections.abc import Iterator

from rtp_tui.model.clients import AuditEntry, ClientList
from rtp_tui.model.drills import DrillStatus
from rtp_tui.model.health import HealthReport, HealthStatus, MarketSession
from rtp_tui.model.parts import EngineStatus, PartState, PartStatus
from rtp_tui.model.statistics import StoreStatus
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.durations import countdown_text
from rtp_tui.tui.news.item import News

_PART_TONES = {PartState.OK: Tone.OK, PartState.FAILED: Tone.BAD, PartState.RESTARTING: Tone.WARN}
_HEALTH_TONES = {
    HealthStatus.HEALTHY: Tone.OK,
    HealthStatus.DEGRADED: Tone.WARN,
    HealthStatus.CRITICAL: Tone.BAD,
}
_NAMED = 3
"""Clients that one entry names."""


def of_part(now: PartStatus, before: PartStatus | None) -> Iterator[News]:
    """It is in another state, or was started again."""
    if before is not None and before.state is now.state and before.restarts == now.restarts:
        return
    detail = f": {now.detail}" if now.detail else ""
    yield News(
        now.since_ms, _PART_TONES.get(now.state, Tone.INFO), now.name, f"{now.state}{detail}", now.detail
    )


def of_engine(now: EngineStatus, before: EngineStatus | None, now_ms: int) -> Iterator[News]:
    """It is in another state."""
    if before is None or before.state is not now.state:
        at_ms = now.started_ms if before is None else now_ms
        yield News(at_ms, Tone.INFO, "engine", str(now.state))


def of_drills(now: DrillStatus, before: DrillStatus | None, now_ms: int) -> Iterator[News]:
    """Those that began, and those that are over."""
    known = before.running if before is not None else ()
    for drill in now.running:
        if drill not in known:
            lasts = countdown_text(drill.until_ms - drill.since_ms)
            yield News(drill.since_ms, Tone.WARN, drill.venue, f"DRILL: {drill.fault} for {lasts}")
    running = {(drill.venue, drill.fault) for drill in now.running}
    for drill in known:
        if (drill.venue, drill.fault) not in running:
            yield News(now_ms, Tone.INFO, drill.venue, f"DRILL: {drill.fault} is over")


def of_session(now: MarketSession, before: MarketSession | None, now_ms: int) -> Iterator[News]:
    """A market opened or closed."""
    if before is not None and before.session is not now.session:
        yield News(now.since_ms or now_ms, Tone.INFO, now.market, f"session {now.session}")


def of_health(now: HealthReport, before: HealthReport | None) -> Iterator[News]:
    """It is called by another word now."""
    if before is not None and before.status is not now.status:
        score = "" if now.score is None else f" {now.score}"
        tone = _HEALTH_TONES.get(now.status, Tone.INFO)
        yield News(now.at_ms, tone, "health", f"{now.status}{score}: {now.reason}", now.reason)


def of_clients(now: ClientList, before: ClientList | None) -> Iterator[News]:
    """Those that do not read any more what they are sent."""
    known = {client.id for client in before.clients if client.is_behind} if before else set()
    fresh = [str(client.id) for client in now.clients if client.is_behind and client.id not in known]
    if fresh:
        more = f" and {len(fresh) - _NAMED} more" if len(fresh) > _NAMED else ""
        words = f"{'client' if len(fresh) == 1 else 'clients'} {', '.join(fresh[:_NAMED])}{more} fell behind"
        yield News(now.at_ms, Tone.WARN, "server", words)


def of_order(now: AuditEntry) -> News:
    """Who did what: the cause of what follows."""
    who = f"{now.name or 'somebody'}" + (f" at {now.address}" if now.address else "")
    is_done = now.outcome == "done"
    words = f"{now.command.replace('_', ' ')} by {who}" + ("" if is_done else f": {now.outcome}")
    words += f": {now.message}" if now.message else ""
    return News(now.at_ms, Tone.INFO if is_done else Tone.WARN, now.subject or "engine", words, who)


def of_store(now: StoreStatus, before: StoreStatus | None) -> Iterator[News]:
    """That it cannot write, and that it can again."""
    was_ok = before is None or before.ok
    if was_ok is now.ok:
        return
    words = "writes again" if now.ok else f"cannot write: {now.detail}"
    yield News(now.at_ms, Tone.OK if now.ok else Tone.BAD, "store", words, now.detail)
