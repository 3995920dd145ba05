"""What a bundle says of itself."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rtp_tui.model.parts import EngineStatus
from rtp_tui.text import safe

_TELLS = {
    "screen.svg": "the screen of the console, as a browser shows it",
    "screen.txt": "the same as plain text",
    "console.json": "the console that took this: its version, size, theme and link",
    "timeline.csv": "what the console told of the span, the oldest first",
    "commands.csv": "what was ordered at the console, and what came of it",
    "engine.json": "the engine: version, start, hash of its configuration; its parts",
    "health.json": "the health score with its parts and their reasons; the markets' sessions",
    "feeds.json": "feeds: state, rates, errors, quotas; which feed prices what; missing minutes",
    "breakers.json": "circuit breakers",
    "jobs.json": "jobs and how their last runs ended",
    "alerts.json": "alerts that fire or were just resolved, silences, channels",
    "measurements.json": "counters and latencies of the pipeline, the store, the cache, the server",
    "instruments.json": "what is priced, and by which feeds",
    "quotes.csv": "every price now, with its freshness and the reason for that",
    "events.jsonl": "the stored events of the span, one a line, ascending",
    "bars.csv": "the minutes of the span",
}
_LEFT_OUT = """Left out on purpose: portfolios, watchlists, addresses of clients, tokens and keys. Of the configuration only a hash is here,
made after its secrets were hidden: two bundles with the same hash come from the same settings. In CSV a text that
a spreadsheet would take for a formula begins with an apostrophe. Times are Unix milliseconds, UTC."""


def readme_text(
    engine: EngineStatus | None, span_ms: tuple[int, int], counts: dict[str, str], missing: Sequence[str]
) -> str:
    """Of which engine and span it is, what is in it, and what is not."""
    lines = ["rtp-tui incident bundle", "=" * 23, ""]
    lines += [
        f"Span    {_moment(span_ms[0])} to {_moment(span_ms[1])}",
        f"Engine  {_engine_text(engine)}",
        "",
    ]
    width = max(map(len, counts), default=0)
    for name, count in counts.items():
        lines.append(f"{name:<{width}}  {_TELLS.get(name, '')}{f' ({count})' if count else ''}")
    if missing:
        lines += ["", "Missing:", *(f"- {safe(why)}" for why in missing)]
    return "\n".join([*lines, "", _LEFT_OUT, ""])


def _engine_text(engine: EngineStatus | None) -> str:
    if engine is None:
        return "not known: it was not heard"
    hashed = f", configuration {engine.configuration}" if engine.configuration else ""
    since = f", since {_moment(engine.started_ms)}"
    return safe(f"{engine.name or 'unnamed'}, rtp-tui {engine.version}{hashed}{since}")


def _moment(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, tz=UTC):%Y-%m-%d %H:%M:%SZ}"
