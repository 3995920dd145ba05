"""Explanations in words: where a number came from, and a whole row where a table cuts it."""

from rich.text import Text

from rtp_tui.model.instrument import Instrument
from rtp_tui.model.queries import Explanation
from rtp_tui.text import age_text, price_text, safe
from rtp_tui.tui.cells import Row
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.panes.prices import decimals_of, spread_text
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.facts import facts_text, moment_text

_RAW_LIMIT = 1024


def explanation_text(scene: Scene, instrument: Instrument, answer: Explanation) -> Text:
    """Feed, times, freshness and the raw frame behind a price."""
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
            ("venue time", "not told" if quote.event_ms is None else moment_text(scene, quote.event_ms)),
            ("received", moment_text(scene, quote.received_ms)),
            (
                "delay",
                "–"
                if quote.event_ms is None
                else f"{quote.received_ms - quote.event_ms} ms from venue to here",
            ),
        ]
    text = facts_text(facts)
    text.append("\n\nlast frame", "bold")
    if answer.raw_received_ms is not None:
        text.append(f"  received {moment_text(scene, answer.raw_received_ms)}", "dim")
    text.append(f"\n{safe(answer.raw, _RAW_LIMIT) if answer.raw else 'none kept'}")
    return text


def row_text(pane: Pane, row: Row) -> Text:
    """Every column of a row, uncut."""
    return facts_text(
        [(column.name, cell.text) for column, cell in zip(pane.columns, row.cells, strict=True)]
    )
