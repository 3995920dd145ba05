"""Explanations in words: where a number came from, and a whole row where a table cuts it."""

from rich.text import Text

from rtp_tui.model.instrument import Instrument
from rtp_tui.model.queries import Explanation
from rtp_tui.text import age_text, clock_text, price_text, safe
from rtp_tui.tui.cells import Row
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.panes.prices import decimals_of, spread_text
from rtp_tui.tui.scene import Scene

_RAW_LIMIT = 1024


def explanation_text(scene: Scene, instrument: Instrument, answer: Explanation) -> Text:
    """Feed, times, freshness and the raw frame behind a price."""
    quote, decimals = answer.quote, decimals_of(instrument, answer.quote)
    facts = [
        ("freshness", f"{scene.freshness(instrument.id)}: {answer.freshness_reason}"),
        ("active feed", answer.active_feed or "none"),
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
            ("venue time", "not told" if quote.event_ms is None else _moment(scene, quote.event_ms)),
            ("received", _moment(scene, quote.received_ms)),
            (
                "delay",
                "–"
                if quote.event_ms is None
                else f"{quote.received_ms - quote.event_ms} ms from venue to here",
            ),
        ]
    text = _facts(facts)
    text.append("\n\nlast frame", "bold")
    if answer.raw_received_ms is not None:
        text.append(f"  received {_moment(scene, answer.raw_received_ms)}", "dim")
    text.append(f"\n{safe(answer.raw, _RAW_LIMIT) if answer.raw else 'none kept'}")
    return text


def row_text(pane: Pane, row: Row) -> Text:
    """Every column of a row, uncut."""
    return _facts([(column.name, cell.text) for column, cell in zip(pane.columns, row.cells, strict=True)])


def _facts(facts: list[tuple[str, str]]) -> Text:
    text = Text()
    for index, (label, value) in enumerate(facts):
        text.append("\n" if index else "")
        text.append(f"{label:<13}", "dim")
        text.append(safe(value))
    return text


def _moment(scene: Scene, at_ms: int) -> str:
    return f"{clock_text(at_ms, scene.zone)}.{at_ms % 1000:03d}   {age_text(scene.now_ms - at_ms)} ago"
