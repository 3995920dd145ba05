"""What an exported row has: its columns, and the values of one row in their order."""

from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Struct

from rtp_tui.model.alerts import Alert
from rtp_tui.model.market import Bar, Tick
from rtp_tui.model.signals import HORIZONS_MS, Outcome, Signal

RowT = TypeVar("RowT")
Value = str | int | float | bool | None
Row = tuple[Value, ...]


class Column(Struct, frozen=True):
    """One column: its name and the type of its values, any of which may be None."""

    name: str
    type: type


class Columns(Struct, Generic[RowT], frozen=True):
    """The columns of one kind of row."""

    columns: tuple[Column, ...]
    values: Callable[[RowT], Row]

    @property
    def names(self) -> tuple[str, ...]:
        """In their order."""
        return tuple(column.name for column in self.columns)


def _columns(text: str = "", integer: str = "", real: str = "", flag: str = "") -> dict[str, type]:
    kinds = ((text, str), (integer, int), (real, float), (flag, bool))
    return {name: kind for names, kind in kinds for name in names.split()}


def _of(names: str, types: dict[str, type]) -> tuple[Column, ...]:
    return tuple(Column(name, types[name]) for name in names.split())


TICKS: Columns[Tick] = Columns(
    _of(
        "instrument feed kind event_ms received_ms price size sequence bid ask",
        _columns(
            text="instrument feed kind",
            integer="event_ms received_ms sequence",
            real="price size bid ask",
        ),
    ),
    lambda one: (
        one.instrument, one.feed, one.kind.value, one.event_ms, one.received_ms, one.price, one.size, one.sequence,
        one.bid, one.ask,
    ),
)  # fmt: skip
BARS: Columns[Bar] = Columns(
    _of(
        "instrument timeframe open_ms open high low close volume trades closed revision origin source missing",
        _columns(
            text="instrument timeframe origin source",
            integer="open_ms trades revision missing",
            real="open high low close volume",
            flag="closed",
        ),
    ),
    lambda one: (
        one.instrument, one.timeframe, one.open_ms, one.open, one.high, one.low, one.close, one.volume, one.trades,
        one.closed, one.revision, one.origin.value, one.source, one.missing,
    ),
)  # fmt: skip
ALERTS: Columns[Alert] = Columns(
    _of(
        "id rule subject state severity message since_ms fired_ms acknowledged_ms resolved_ms notified_ms changed_ms"
        " value threshold feed flapping inhibited_by",
        _columns(
            text="id rule subject state severity message feed inhibited_by",
            integer="since_ms fired_ms acknowledged_ms resolved_ms notified_ms changed_ms",
            real="value threshold",
            flag="flapping",
        ),
    ),
    lambda one: (
        one.id, one.rule, one.subject, one.state.value, one.severity.value, one.message, one.since_ms, one.fired_ms,
        one.acknowledged_ms, one.resolved_ms, one.notified_ms, one.changed_ms, one.value, one.threshold, one.feed,
        one.flapping, one.inhibited_by,
    ),
)  # fmt: skip
SIGNALS: Columns[Signal] = Columns(
    _of(
        "id strategy instrument timeframe direction at_ms price spread"
        " price_after_5m move_pct_5m hit_5m price_after_1h move_pct_1h hit_1h price_after_1d move_pct_1d hit_1d",
        _columns(
            text="id strategy instrument timeframe direction",
            integer="at_ms",
            real="price spread price_after_5m move_pct_5m price_after_1h move_pct_1h price_after_1d move_pct_1d",
            flag="hit_5m hit_1h hit_1d",
        ),
    ),
    lambda one: (
        one.id, one.strategy, one.instrument, one.timeframe, one.direction.value, one.at_ms, one.price, one.spread,
        *_outcomes(one),
    ),
)  # fmt: skip
"""An outcome that is still to come is empty, as is one that nobody knows."""


def _outcomes(signal: Signal) -> Row:
    known = {outcome.after_ms: outcome for outcome in signal.outcomes}
    outcomes = (known.get(after_ms, Outcome(after_ms=after_ms)) for after_ms in HORIZONS_MS)
    return tuple(value for one in outcomes for value in (one.price, one.move_pct, one.is_hit))
