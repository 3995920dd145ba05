"""What a capture is of: the providers' own symbols in its frames, and the instruments that they stand for."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.capture import CapturedFrame
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.sources.provider_settings import SourceSettings

PROVIDERS: tuple[str, ...] = SourceSettings.__struct_fields__
"""Whose frames may be known, the preferred ones first."""
_TRADES = ("trade", "aggTrade")
_DOLLARS = ("USD", "USDT", "USDC", "FDUSD", "BUSD", "TUSD")
_QUOTES = ("FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USD", "EUR", "GBP", "TRY", "BRL", "BTC", "ETH", "BNB")
_USABLE = re.compile(r"[A-Za-z0-9._=^&/-]{1,32}", re.ASCII)
_SEPARATORS = re.compile(r'[,\[\]"\s]+')


_PUNCTUATION = re.compile(r"[-_/]")
_ASKED_BY = ("symbol", "symbols", "ids", "pair", "instId")
_IN_PATHS = ("products", "chart")
_ROWS_LOOKED_AT = 50


class _Named(Struct):
    """Where providers put the symbol that an event is about."""

    s: object = None
    symbol: object = None
    product_id: object = None
    instId: object = None  # noqa: N815 - the venue's own name
    e: object = None

    @property
    def symbols(self) -> list[str]:
        found = (self.s, self.symbol, self.product_id, self.instId)
        return [one for one in found if isinstance(one, str)]


class _StreamFrame(_Named):
    """An event, bare or wrapped."""

    arg: _Named | None = None
    data: msgspec.Raw = msgspec.Raw()


class _CoinRow(Struct):
    id: str = ""
    symbol: str = ""


_stream_frame = msgspec.json.Decoder(_StreamFrame)
_wrapped = msgspec.json.Decoder(_Named | list[_Named])
_coin_rows = msgspec.json.Decoder(list[_CoinRow])


class CapturedSymbols:
    """Collects which symbols of which provider a capture observes; told its frames one by one."""

    def __init__(self) -> None:
        self._symbols: dict[str, dict[str, str]] = {name: {} for name in PROVIDERS}
        """By provider and bare symbol: as the provider writes it."""
        self._codes: dict[str, str] = {}
        """What CoinGecko's ids are called on markets."""
        self._trades: set[str] = set()
        self._is_simple = False

    def note(self, frame: CapturedFrame) -> bool:
        """Look at a frame; False where its provider is none that can be read."""
        if frame.source not in self._symbols:
            return False
        found = _in_answer(frame) if frame.transport == "http" else self._in_stream(frame)
        known = self._symbols[frame.source]
        for symbol in found:
            if _USABLE.fullmatch(symbol):
                known.setdefault(bare(symbol), symbol)
        if frame.source == "coingecko":
            self._is_simple |= "/simple/price" in frame.url
            self._codes.update(_codes(frame))
        return True

    def has(self, feed: str) -> bool:
        """Whether `provider:SYMBOL` occurs."""
        provider, _, symbol = feed.partition(":")
        return bare(symbol) in self._symbols.get(provider, {})

    def readable(self, settings: SourceSettings) -> SourceSettings:
        """Settings whose sources read these frames, whatever the configured ones subscribe to."""
        settings = replace(
            settings, **{name: replace(getattr(settings, name), enabled=True) for name in PROVIDERS}
        )
        trades = "aggTrade" if self._trades == {"aggTrade"} else settings.binance.trades
        prices_from = "simple" if self._is_simple else "markets"
        return replace(
            settings,
            binance=replace(settings.binance, trades=trades),
            coingecko=replace(settings.coingecko, prices_from=prices_from),
        )

    def instruments(self) -> tuple[Instrument, ...]:
        """An instrument for each symbol; symbols of several providers that mean the same share one."""
        instruments: dict[InstrumentId, Instrument] = {}
        for provider in PROVIDERS:
            for symbol in self._symbols[provider].values():
                asset_class, code, currency = self._meaning(provider, symbol)
                _add(instruments, asset_class, code, currency, f"{provider}:{symbol}")
        return tuple(instruments.values())

    def _in_stream(self, frame: CapturedFrame) -> Iterable[str]:
        try:
            found = _stream_frame.decode(frame.content)
            within = _wrapped.decode(found.data) if found.data else ()
        except (ValueError, RecursionError):
            return ()
        events = [found, *([found.arg] if found.arg else []), *_few(within)]
        self._trades.update(kind for event in events for kind in _TRADES if event.e == kind)
        return [symbol for event in events for symbol in event.symbols]

    def _meaning(self, provider: str, symbol: str) -> tuple[str, str, str]:
        """Class, code and currency."""
        if provider == "yahoo":
            return _listed(symbol)
        if provider == "coingecko":
            return "crypto", self._codes.get(symbol, symbol).upper(), "USD"
        base, quote = _pair(symbol.upper())
        is_dollar = quote in _DOLLARS
        return "crypto", base if is_dollar else base + quote, "USD" if is_dollar else quote or "USD"


def bare(symbol: str) -> str:
    """A symbol as it compares: in upper case, without what some write between its halves."""
    return _PUNCTUATION.sub("", symbol.upper())


def tokens(url: str) -> frozenset[str]:
    """Everything in an address that could be a symbol, bare."""
    parts = urlsplit(url)
    values = [unquote(segment) for segment in parts.path.split("/")]
    values += [value for _, value in parse_qsl(parts.query)]
    return frozenset(bare(word) for value in values for word in _SEPARATORS.split(value) if word)


def _in_answer(frame: CapturedFrame) -> Sequence[str]:
    """What was asked about: a question names its symbols in its path, or in the parameter for them."""
    parts = urlsplit(frame.url)
    segments = [unquote(segment) for segment in parts.path.split("/")]
    for place in _IN_PATHS:
        if place in segments[:-1]:
            return [segments[segments.index(place) + 1]]
    asked = [value for name, value in parse_qsl(parts.query) if name in _ASKED_BY]
    return [word for value in asked for word in _SEPARATORS.split(value) if word]


def _few(within: _Named | Sequence[_Named]) -> Sequence[_Named]:
    return (within,) if isinstance(within, _Named) else within[:_ROWS_LOOKED_AT]


def _codes(frame: CapturedFrame) -> dict[str, str]:
    try:
        return {row.id: row.symbol for row in _coin_rows.decode(frame.content) if row.symbol}
    except (ValueError, RecursionError):
        return {}


def _pair(symbol: str) -> tuple[str, str]:
    """Base and quote currency; the quote is empty where it is none that is known."""
    base, between, quote = symbol.replace("/", "-").partition("-")
    if between:
        return base, quote
    ending = next((one for one in _QUOTES if symbol.endswith(one) and symbol != one), "")
    return symbol.removesuffix(ending), ending


def _listed(symbol: str) -> tuple[str, str, str]:
    """A symbol of Yahoo by its marks: `EURUSD=X`, `COP=X` (of a dollar), `GC=F`, `^GSPC`, `BTC-USD`, `AAPL`."""
    if symbol.endswith("=X"):
        pair = symbol.removesuffix("=X")
        return "fx", *((f"USD{pair}", pair) if len(pair) == len("COP") else (pair, pair[3:] or "USD"))
    if symbol.endswith("=F"):
        return "futures", symbol.removesuffix("=F"), "USD"
    if symbol.startswith("^"):
        return "index", symbol.removeprefix("^"), "USD"
    if symbol.endswith("-USD"):
        return "crypto", symbol.removesuffix("-USD"), "USD"
    return "stocks", symbol, "USD"


def _add(
    instruments: dict[InstrumentId, Instrument], asset_class: str, code: str, currency: str, feed: str
) -> None:
    provider, _, symbol = feed.partition(":")
    key = InstrumentId(f"{asset_class}:{code}")
    known = instruments.get(key)
    if known is not None and any(other.partition(":")[0] == provider for other in known.feeds):
        # Two symbols of one provider are two prices: BTCUSDT and BTCUSDC.
        key, known = InstrumentId(f"{asset_class}:{bare(symbol)}"), None
    if known is None:
        instruments[key] = Instrument(id=key, name=symbol, feeds=(feed,), currency=currency)
    else:
        instruments[key] = replace(known, feeds=(*known.feeds, feed))
