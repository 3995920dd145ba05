"""The instruments that sets describe, and what tables must be as a whole."""

import re
from collections.abc import Collection, Iterable, Iterator

from rtp_tui.config.checks import feed_names, instrument_id, symbols
from rtp_tui.config.field_checks import check_of
from rtp_tui.config.settings import InstrumentSet
from rtp_tui.config.symbol_lists import Row, rows_of
from rtp_tui.model.alerts import AlertRule
from rtp_tui.model.instrument import Instrument, InstrumentId, Priority
from rtp_tui.model.signals import Strategy
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.scheduling.trading_calendar import ALIASES, ALWAYS_OPEN

_COLUMN = re.compile(r"\{([a-z_]+)\}")
_EXCHANGE = re.compile(rf"{ALWAYS_OPEN}|[A-Z]{{4}}|us_futures")
"""Always open, or a market identifier code as of ISO 10383, where exchanges' calendars go by these."""


def check_together(element: object) -> None:
    """Check what the fields of one table must be to each other. Raises ValueError."""
    match element:
        case InstrumentSet():
            if not instruments_of(element):
                raise ValueError("names no symbols: give symbols or symbols_file")
        case Strategy():
            _check_strategy(element)
        case AlertRule():
            _check_alert_rule(element)
        case JobSettings(interval_ms=interval_ms, cron=cron, after_close=after_close, timeout_ms=timeout_ms):
            if sum(when is not None for when in (interval_ms, cron, after_close)) > 1:
                raise ValueError("interval, cron and after_close exclude each other")
            if interval_ms is not None and timeout_ms is not None and timeout_ms > interval_ms:
                raise ValueError("timeout is longer than interval")


def _check_strategy(strategy: Strategy) -> None:
    from rtp_tui.analytics.signals.indicators import CatalogueIndicators  # heavy: few configurations have any
    from rtp_tui.analytics.signals.strategies import check_rule  # heavy: likewise

    check_rule(strategy, CatalogueIndicators())


def _check_alert_rule(rule: AlertRule) -> None:
    from rtp_tui.monitoring.alerts.shelf import check_together as check  # heavy: few configurations have any

    check(rule)


def check_instrument(instrument: Instrument, providers: Collection[str], markets: Collection[str]) -> None:
    """Check one that is added while the engine runs, by the same rules. Raises ValueError, which names the field."""
    for name in instrument.__struct_fields__:
        check, value = check_of(Instrument, name), getattr(instrument, name)
        if check is not None and value is not None:
            try:
                check(value)
            except ValueError as mistake:
                raise ValueError(f"{name}: {mistake}") from None
    for feed in instrument.feeds:
        provider = feed.partition(":")[0]
        if provider not in providers:
            known = ", ".join(sorted(providers)) or "none"
            raise ValueError(f"feeds: {provider} is not enabled; enabled are: {known}")
    if not (
        instrument.market in markets or _EXCHANGE.fullmatch(ALIASES.get(instrument.market, instrument.market))
    ):
        raise ValueError(
            f'market: "{instrument.market}" is neither {ALWAYS_OPEN}, an exchange such as XNYS, nor configured'
        )


def instruments_of(group: InstrumentSet) -> tuple[Instrument, ...]:
    """Every instrument of a set. Raises ValueError for what its file or symbols cannot be."""
    listed = rows_of(group.symbols_file) if group.symbols_file else ()
    rows = (*({"symbol": symbol} for symbol in group.symbols), *listed)
    symbols(tuple(row["symbol"] for row in rows))
    return tuple(_member(group, row) for row in rows)


def _member(group: InstrumentSet, row: Row) -> Instrument:
    symbol = row["symbol"]
    return Instrument(
        id=InstrumentId(instrument_id(f"{group.asset_class}:{symbol}")),
        name=row.get("name") or symbol,
        feeds=feed_names(tuple(_feeds_in(group.feeds, row))),
        currency=group.currency,
        market=group.market,
        priority=Priority.HIGH if symbol in group.priority_symbols else Priority.MEDIUM,
    )


def _feeds_in(patterns: Iterable[str], row: Row) -> Iterator[str]:
    """The feeds of one symbol: `{column}` stands for what the row says, and where that is nothing there is no feed."""
    for pattern in patterns:
        for column in _COLUMN.findall(pattern):
            if column not in row:
                raise ValueError(f'"{pattern}" names a column that there is not for {row["symbol"]}')
        if all(row[column] for column in _COLUMN.findall(pattern)):
            yield _COLUMN.sub(lambda found: row[found[1]], pattern)
