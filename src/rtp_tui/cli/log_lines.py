"""What a headless engine says of itself in the log: what changed, never what merely went on."""

import logging

from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.clients import AuditEntry
from rtp_tui.model.events import Batch, Payload
from rtp_tui.model.feeds import FeedStatus
from rtp_tui.model.health import HealthReport
from rtp_tui.model.parts import PartState, PartStatus
from rtp_tui.model.statistics import LogLine, StoreStatus

_log = logging.getLogger("rtp_tui.engine")
_UNWELL = (PartState.FAILED, PartState.RESTARTING)


class LogLines:
    """Turns events into lines; remembers what was said last of each thing."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def line(self, payload: Payload) -> str | None:
        """What to say of an event, or None when it is no news."""
        if isinstance(payload, LogLine):
            return f"{payload.source}: {payload.message}"
        if isinstance(payload, AuditEntry):
            return _order(payload)
        thing, words = _words(payload)
        if not thing or self._said.get(thing) == words:
            return None
        self._said[thing] = words
        return f"{thing}: {words}"


async def follow(api: PipelineApi) -> None:
    """Log whatever is news, until cancelled."""
    lines = LogLines()
    async with api.watch(conflate_ms=500) as updates:
        async for update in updates:
            for event in update.events if isinstance(update, Batch) else ():
                line = lines.line(event.payload)
                if line is not None:
                    _log.log(level(event.payload), "%s", line)


def level(payload: Payload) -> int:
    """How much an event matters to whoever reads the log."""
    if isinstance(payload, LogLine):
        return logging.getLevelNamesMapping().get(payload.level.upper(), logging.INFO)
    if isinstance(payload, FeedStatus):
        return logging.WARNING if payload.error else logging.INFO
    if isinstance(payload, PartStatus):
        return logging.WARNING if payload.state in _UNWELL else logging.INFO
    if isinstance(payload, StoreStatus):
        return logging.ERROR if not payload.ok else logging.WARNING if payload.detail else logging.INFO
    return logging.INFO


def _order(entry: AuditEntry) -> str:
    """Who ordered what, and what came of it."""
    who = " at ".join(filter(None, (entry.name, entry.address))) or "somebody"
    what = " ".join(filter(None, (entry.command, entry.subject)))
    return f"{who}: {what}: {entry.outcome}{f' ({entry.message})' if entry.message else ''}"


def _words(payload: Payload) -> tuple[str, str]:
    if isinstance(payload, FeedStatus):
        return (
            f"feed {payload.name}",
            f"{payload.state.value}{f' ({payload.error})' if payload.error else ''}",
        )
    if isinstance(payload, PartStatus):
        return (
            f"part {payload.name}",
            f"{payload.state.value}{f' ({payload.detail})' if payload.detail else ''}",
        )
    if isinstance(payload, HealthReport):
        return "health", f"{payload.status.value} {payload.score if payload.score is not None else '–'}"
    if isinstance(payload, StoreStatus):
        return "store", payload.detail or "ok"
    return "", ""
