"""Parts of the engine and markets at length."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.text import Text

from rtp_tui.model.health import MarketSession
from rtp_tui.model.parts import PartStatus
from rtp_tui.text import clock_text
from rtp_tui.tui.durations import countdown_text
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.facts import facts_text, moment_text, whole

NEWS_SHOWN = 8
_NAMES_SHOWN = 8


def part_text(scene: Scene, part: PartStatus) -> Text:
    """How a supervised part is, and what happened to it."""
    text = facts_text(
        [
            ("state", str(part.state)),
            ("since", moment_text(scene, part.since_ms)),
            (
                "restarts",
                f"{part.restarts}: so often the supervisor began it again" if part.restarts else "none",
            ),
            ("detail", part.detail or "nothing to tell"),
            ("kept by", "the supervisor, which begins it again with growing pauses when it fails"),
        ]
    )
    _append_news(text, scene, part.name)
    return text


def market_hours_text(scene: Scene, session: MarketSession) -> Text:
    """Whether a market is open, when that changes, and what is priced there."""
    priced = [one for one in scene.state.market.instruments.values() if one.market == session.market]
    names = ", ".join(one.id for one in priced[:_NAMES_SHOWN])
    more = f" and {len(priced) - _NAMES_SHOWN} more" if len(priced) > _NAMES_SHOWN else ""
    text = facts_text(
        [
            ("session", f"{session.session}{', a half day' if session.half_day else ''}"),
            ("since", "not known" if session.since_ms is None else moment_text(scene, session.since_ms)),
            ("opens", _to_come(scene, session.next_open_ms)),
            ("closes", _to_come(scene, session.next_close_ms)),
            ("its time", _local(session.timezone, scene.now_ms)),
            ("instruments", f"{len(priced)}: {names}{more}" if priced else "none"),
            ("feeds", ", ".join(dict.fromkeys(one.feeds[0].partition(":")[0] for one in priced)) or "none"),
        ]
    )
    _append_news(text, scene, session.market)
    return text


def _append_news(text: Text, scene: Scene, source: str) -> None:
    """The newest entries of the timeline that it is the source of."""
    news = [entry for entry in reversed(scene.timeline) if entry.source == source][:NEWS_SHOWN]
    text.append("\n\nwhat happened", "bold")
    text.append("" if news else "\nnothing since this console watches", "dim")
    for entry in news:
        text.append(f"\n{clock_text(entry.at_ms, scene.zone)}  ", "dim")
        text.append(whole(entry.message))


def _to_come(scene: Scene, at_ms: int | None) -> str:
    if at_ms is None:
        return "not planned"
    return f"{clock_text(at_ms, scene.zone)}   in {countdown_text(at_ms - scene.now_ms)}"


def _local(timezone: str, now_ms: int) -> str:
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return timezone
    return f"{datetime.fromtimestamp(now_ms / 1000, tz=zone):%a %H:%M}, {timezone}"
