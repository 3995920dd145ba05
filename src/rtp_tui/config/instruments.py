"""The instruments of a first start, and those that sets describe."""

import re
from collections.abc import Collection
from pathlib import Path

from rtp_tui.config.checks import feed_names, instrument_id, symbols
from rtp_tui.config.field_checks import check_of
from rtp_tui.config.settings import InstrumentSet
from rtp_tui.model.instrument import Instrument, InstrumentId, Priority
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.scheduling.trading_calendar import ALIASES, ALWAYS_OPEN

MAX_SYMBOLS_BYTES = 1_000_000
_EXCHANGE = re.compile(rf"{ALWAYS_OPEN}|[A-Z]{{4}}|us_futures")
"""Always open, or a market identifier code as of ISO 10383, where exchanges' calendars go by these."""

_PUBLIC = (
    ("BTC", "Bitcoin", Priority.HIGH),
    ("ETH", "Ethereum", Priority.HIGH),
    ("BNB", "BNB", Priority.MEDIUM),
    ("SOL", "Solana", Priority.MEDIUM),
    ("XRP", "XRP", Priority.MEDIUM),
    ("DOGE", "Dogecoin", Priority.MEDIUM),
    ("ADA", "Cardano", Priority.MEDIUM),
    ("TRX", "TRON", Priority.MEDIUM),
    ("LINK", "Chainlink", Priority.MEDIUM),
    ("LTC", "Litecoin", Priority.MEDIUM),
)


def public_instruments() -> tuple[Instrument, ...]:
    """Crypto pairs that a public venue prices without a key."""
    return tuple(
        Instrument(
            id=InstrumentId(f"crypto:{symbol}"),
            name=name,
            feeds=(f"binance:{symbol}USDT",),
            priority=priority,
        )
        for symbol, name, priority in _PUBLIC
    )


def check_together(element: object) -> None:
    """Check what the fields of one table must be to each other. Raises ValueError."""
    match element:
        case InstrumentSet():
            if not instruments_of(element):
                raise ValueError("names no symbols: give symbols or symbols_file")
        case JobSettings(interval_ms=interval_ms, cron=cron, after_close=after_close, timeout_ms=timeout_ms):
            if sum(when is not None for when in (interval_ms, cron, after_close)) > 1:
                raise ValueError("interval, cron and after_close exclude each other")
            if interval_ms is not None and timeout_ms is not None and timeout_ms > interval_ms:
                raise ValueError("timeout is longer than interval")


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
    named = symbols((*group.symbols, *_symbols_of_file(group.symbols_file)))
    return tuple(_member(group, symbol) for symbol in named)


def _member(group: InstrumentSet, symbol: str) -> Instrument:
    return Instrument(
        id=InstrumentId(instrument_id(f"{group.asset_class}:{symbol}")),
        name=symbol,
        feeds=feed_names(tuple(feed.replace("{symbol}", symbol) for feed in group.feeds)),
        currency=group.currency,
        market=group.market,
        priority=Priority.HIGH if symbol in group.priority_symbols else Priority.MEDIUM,
    )


def _symbols_of_file(path: str) -> tuple[str, ...]:
    if not path:
        return ()
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_SYMBOLS_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text") from None
    if len(content) > MAX_SYMBOLS_BYTES:
        raise ValueError(f"{path} is larger than {MAX_SYMBOLS_BYTES // 1_000_000} MB")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line)
