"""What a headless engine says on stderr: what changed, never what merely went on."""

from typing import TextIO

from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.events import Batch, Payload
from rtp_tui.model.feeds import FeedStatus
from rtp_tui.model.health import HealthReport
from rtp_tui.model.parts import PartStatus
from rtp_tui.model.statistics import LogLine, StoreStatus
from rtp_tui.text import clock_text, safe


class LogLines:
    """Turns events into lines; remembers what was said last of each thing."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def line(self, payload: Payload) -> str | None:
        """What to say of an event, or None when it is no news."""
        if isinstance(payload, LogLine):
            return f"{payload.level} {payload.source}: {payload.message}"
        thing, words = _words(payload)
        if not thing or self._said.get(thing) == words:
            return None
        self._said[thing] = words
        return f"{thing}: {words}"


async def follow(api: PipelineApi, out: TextIO) -> None:
    """Write a line for whatever is news, until cancelled."""
    lines = LogLines()
    async with api.watch(conflate_ms=500) as updates:
        async for update in updates:
            if not isinstance(update, Batch):
                continue
            for event in update.events:
                line = lines.line(event.payload)
                if line is not None:
                    out.write(f"{clock_text(_moment(event.payload))} {safe(line, 1000)}\n")
            out.flush()


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


def _moment(payload: Payload) -> int:
    if isinstance(payload, FeedStatus | PartStatus):
        return payload.since_ms
    return payload.at_ms if isinstance(payload, HealthReport | LogLine | StoreStatus) else 0
