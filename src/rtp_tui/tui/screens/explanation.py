"""Explanations in words: where a number came from, and a whole row where a table cuts it."""

from typing import NamedTuple

from rich.text import Text

from rtp_tui.model.instrument import Instrument
from rtp_tui.model.market import Quote
from rtp_tui.model.queries import Explanation
from rtp_tui.model.statistics import PipelineStatistics
from rtp_tui.text import age_text, clock_text, price_text, safe
from rtp_tui.tui.cells import Row
from rtp_tui.tui.follower import Heard
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.panes.prices import decimals_of, spread_text
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.facts import facts_text, moment_text

_RAW_LIMIT = 1024


class Screening(NamedTuple):
    """How a quote came onto this screen."""

    heard: Heard | None
    frame_s: float
    """Between two frames."""
    rtt_ms: float | None
    """From a frame sent to the terminal's answer."""


def explanation_text(
    scene: Scene, instrument: Instrument, answer: Explanation, screening: Screening | None = None
) -> Text:
    """Feed, times at each stage, freshness, other feeds' prices and the raw frame behind a price."""
    quote, decimals = answer.quote, decimals_of(instrument, answer.quote)
    facts = [
        ("freshness", f"{scene.freshness(instrument.id)}: {answer.freshness_reason}"),
        ("active feed", answer.active_feed or "none"),
        *([("because", answer.active_reason)] if answer.active_reason else []),
        ("feeds", ", ".join(answer.feeds)),
        ("expected", "–" if answer.expected_ms is None else f"every {age_text(answer.expected_ms)}"),
        ("market", instrument.market),
    ]
    if quote is not None:
        facts += [
            ("price", f"{price_text(quote.price, decimals)} {instrument.currency}"),
            (
                "bid / ask",
                f"{price_text(quote.bid, decimals)} / {price_text(quote.ask, decimals)}   {spread_text(quote)} bp",
            ),
        ]
    text = facts_text(facts)
    if quote is not None:
        text.append("\n\nstages\n", "bold")
        text.append(facts_text(_stages(scene, quote, screening)))
    _append_others(text, scene, instrument, answer)
    text.append("\n\nlast frame", "bold")
    if answer.raw_received_ms is not None:
        text.append(f"  received {moment_text(scene, answer.raw_received_ms)}", "dim")
    then = "not kept of the past" if scene.past is not None else "none kept"
    text.append(f"\n{safe(answer.raw, _RAW_LIMIT) if answer.raw else then}")
    return text


def explanation_then(scene: Scene, instrument: Instrument) -> Explanation:
    """Where a price of the past came from, as far as its state tells."""
    state, quote = scene.state, scene.state.market.quotes.get(instrument.id)
    active, verdict = state.feed.active.get(instrument.id), state.quality.freshness.get(instrument.id)
    source = quote.source if quote is not None else instrument.feeds[0]
    feed = state.feed.feeds.get(source.partition(":")[0])
    return Explanation(
        quote=quote,
        feeds=instrument.feeds,
        active_feed=source if active is None else active.feed,
        active_reason="" if active is None else active.reason,
        raw=None,
        raw_received_ms=None,
        expected_ms=None if feed is None else feed.expected_ms,
        freshness_reason="not judged yet" if verdict is None else verdict.reason,
    )


def _stages(scene: Scene, quote: Quote, screening: Screening | None) -> list[tuple[str, str]]:
    """When the venue made it, and how long each stage up to the screen took."""
    delay = "" if quote.event_ms is None else f"   {quote.received_ms - quote.event_ms} ms from venue to here"
    stages = [
        ("venue time", "not told" if quote.event_ms is None else moment_text(scene, quote.event_ms)),
        ("received", f"{moment_text(scene, quote.received_ms)}{delay}"),
    ]
    if scene.past is not None:
        noted = clock_text(scene.prices_ms, scene.zone)
        return [*stages, ("noted", f"{noted}; what came between that and this moment is not kept")]
    statistics = scene.state.measurements.statistics
    late = "" if statistics is None else f"; 99 of 100 times the loop is less than {_p99(statistics)} late"
    stages.append(("processed", f"in the same step: checked, numbered, kept{late}"))
    if screening is None or screening.heard is None:
        return [*stages, ("shown", "as this console found it when it began")]
    heard, frame_ms = screening.heard, screening.frame_s * 1000
    took = heard.heard_ms - heard.received_ms
    newer = "" if heard.received_ms == quote.received_ms else " (one before this)"
    link = (
        "" if screening.rtt_ms is None else f"; the terminal took {screening.rtt_ms:.0f} ms for the last one"
    )
    return [
        *stages,
        ("heard here", f"{moment_text(scene, heard.heard_ms)}   {took:+d} ms after it was received{newer}"),
        ("shown", f"with the next frame, {frame_ms:.0f} ms later at most{link}"),
    ]


def _append_others(text: Text, scene: Scene, instrument: Instrument, answer: Explanation) -> None:
    """What the feeds say that do not price it now."""
    others = [feed for feed in answer.feeds if feed != answer.active_feed]
    if not others:
        return
    text.append("\n\nother feeds", "bold")
    decimals = decimals_of(instrument, answer.quote)
    told = {one.feed: one for one in answer.others}
    for feed in others:
        text.append(f"\n{safe(feed):<24}", "dim")
        if (one := told.get(feed)) is None:
            text.append("not kept of the past" if scene.past is not None else "told no price", "dim")
            continue
        age = age_text(scene.now_ms - one.received_ms)
        text.append(f"{price_text(one.price, decimals)}{_apart(one.price, answer.quote)}   {age} ago")


def _apart(price: float, quote: Quote | None) -> str:
    if quote is None or not quote.price:
        return ""
    return f"   {(price - quote.price) / quote.price * 100:+.3f} % from the price shown"


def _p99(statistics: PipelineStatistics) -> str:
    return f"{statistics.loop_lag_ms.p99:.0f} ms"


def row_text(pane: Pane, row: Row) -> Text:
    """Every column of a row, uncut."""
    return facts_text(
        [(column.name, cell.text) for column, cell in zip(pane.columns, row.cells, strict=True)]
    )
