"""Reading Coinbase's Advanced Trade feed. Pure: bytes in, observations out.

Source: https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-channels
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter

import msgspec

from rtp_tui.model.market import BadFrame, Tick
from rtp_tui.sources.coinbase_advanced_messages import (
    SNAPSHOT,
    MarketTrades,
    Message,
    Outline,
    Subscriptions,
    Ticker,
    Trade,
)
from rtp_tui.sources.coinbase_advanced_ticks import Route, day_tick, trade_tick
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.frame_sequences import FrameSequences
from rtp_tui.sources.moments import unix_ms
from rtp_tui.sources.outlines import outlined
from rtp_tui.sources.trade_snapshots import by_name, unseen
from rtp_tui.text import safe

_NOTHING: tuple[Tick, ...] = ()
_HEARTBEAT = Notice(is_heartbeat=True)
_WRONG_SHAPE = Notice(bad=BadFrame.WRONG_SHAPE)
_UNKNOWN_SYMBOL = Notice(bad=BadFrame.UNKNOWN_SYMBOL)
_OURS = ("ticker", "market_trades", "subscriptions")
_LAST_CHANNEL = "market_trades"
"""The one that is asked for last: when it is acknowledged, everything is."""
RENEW_EVERY_MS = 30_000
"""So seldom a connection is replaced for frames that it lost."""


_message = msgspec.json.Decoder(Message).decode
_outline = msgspec.json.Decoder(Outline).decode
_product_of, _number_of = attrgetter("product_id"), attrgetter("sequence")


class FrameReader:
    """Reads frames about the products that it was told to expect, none of more than `longest` bytes."""

    def __init__(self, name: str, longest: int, products_per_connection: int) -> None:
        self._name = name
        self._longest = longest
        self._products_per_connection = products_per_connection
        self._routes: dict[str, Route] = {}
        self._products: tuple[str, ...] = ()
        self._sequences = FrameSequences()
        self._held: tuple[Tick, ...] = ()
        """What the frame said that showed others to be missing; handed on with the next."""
        self._renewed_ms: int | None = None

    def expect(self, subscriptions: Iterable[Subscription]) -> None:
        """Replace what is read; of several instruments with one product the first is priced.

        Which trades of a product were seen is kept.
        """
        before, self._routes = self._routes, {}
        for wanted in subscriptions:
            product = wanted.symbol.upper()
            route = Route(wanted.instrument, f"{self._name}:{wanted.symbol}")
            if (known := before.get(product)) is not None:
                route.trade_id, route.is_whole = known.trade_id, known.is_whole
                route.is_acknowledged = known.is_acknowledged
            self._routes.setdefault(product, route)
        self._products = tuple(self._routes)
        for product in self._products:
            self._routes.setdefault(alias_of(product), self._routes[product])

    def read(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        if len(frame) > self._longest:
            return Notice(bad=BadFrame.TOO_BIG)
        try:
            message = _message(frame)
        except (ValueError, RecursionError):
            said, number = _explain(frame)
            if is_gap := number is not None and self._sequences.skips(number):
                self._doubt_trades()
        else:
            if is_gap := self._sequences.skips(message.sequence_num):
                self._doubt_trades()
            said = self._said(message, received_ms)
        return self._in_sequence(said, received_ms, is_gap=is_gap) if is_gap or self._held else said

    def _doubt_trades(self) -> None:
        """Frames were lost: until a snapshot, what was seen of trades is not whole."""
        for route in self._routes.values():
            route.is_whole = False

    def _in_sequence(
        self, said: Sequence[Tick] | Notice, received_ms: int, *, is_gap: bool
    ) -> Sequence[Tick] | Notice:
        """Tell of a gap first, and of what the frame after it said with the next frame."""
        if is_gap and not self._held:
            self._held = () if isinstance(said, Notice) else tuple(said)
            return Notice(bad=BadFrame.OUT_OF_SEQUENCE, closing=self._is_renewal_due(received_ms))
        if self._held and not isinstance(said, Notice):
            held, self._held = self._held, ()
            return (*held, *said)
        return said

    def _is_renewal_due(self, received_ms: int) -> bool:
        """What is missing comes with the snapshots of another connection."""
        is_due = self._renewed_ms is None or abs(received_ms - self._renewed_ms) >= RENEW_EVERY_MS
        if is_due:
            self._renewed_ms = received_ms
        return is_due

    def _said(self, message: Message, received_ms: int) -> Sequence[Tick] | Notice:
        try:
            if type(message) is MarketTrades:
                return self._read_trades(message, received_ms)
            if type(message) is Ticker:
                return self._read_days(message, received_ms)
        except (ValueError, OverflowError):
            return _WRONG_SHAPE
        return self._read_acknowledgement(message) if isinstance(message, Subscriptions) else _HEARTBEAT

    def _read_days(self, ticker: Ticker, received_ms: int) -> Sequence[Tick] | Notice:
        at_ms, routes = unix_ms(ticker.timestamp), self._routes
        ticks = []
        for event in ticker.events:
            for day in event.tickers:
                route = routes.get(day.product_id)
                if route is not None:
                    ticks.append(day_tick(day, route, at_ms, received_ms))
        return ticks or _UNKNOWN_SYMBOL

    def _read_trades(self, message: MarketTrades, received_ms: int) -> Sequence[Tick] | Notice:
        """Trades, oldest first; the venue tells the newest first."""
        routes = self._routes
        ticks: list[Tick] = []
        for event in message.events:
            if event.type == SNAPSHOT:
                ticks += self._read_snapshot(event.trades, received_ms)
                continue
            for trade in event.trades[::-1]:
                route = routes.get(trade.product_id)
                if route is not None:
                    ticks.append(tick := trade_tick(trade, route, received_ms))
                    if route.is_whole:
                        route.trade_id = tick.sequence
        if len(ticks) > 1:
            ticks.sort(key=_number_of)
        return ticks if ticks or not any(event.trades for event in message.events) else _UNKNOWN_SYMBOL

    def _read_snapshot(self, trades: Iterable[Trade], received_ms: int) -> Sequence[Tick]:
        """What was not seen yet, product by product; from here on nothing is missing."""
        ticks: list[Tick] = []
        for product, rows in by_name(trades, _product_of).items():
            if (route := self._routes.get(product)) is not None:
                news = unseen((trade_tick(row, route, received_ms) for row in rows), route.trade_id)
                route.trade_id, route.is_whole = news[-1].sequence, True
                ticks += news
        return ticks

    def _read_acknowledgement(self, message: Subscriptions) -> Sequence[Tick] | Notice:
        """Products that are absent from the set that they were asked for with do not exist."""
        for event in message.events:
            listed = event.subscriptions.get(_LAST_CHANNEL)
            if listed is None:
                continue
            for product in listed:
                if (route := self._routes.get(product)) is not None:
                    route.is_acknowledged = True
            if absent := self._absent(listed):
                return Notice(refused=safe(f"not acknowledged: {', '.join(absent)}", 160))
        return _NOTHING

    def _absent(self, listed: Sequence[str]) -> list[str]:
        """Of the products that share a connection with those listed."""
        size, names = self._products_per_connection, self._products
        parts = [names[start : start + size] for start in range(0, len(names), size)]
        shared = max(parts, key=lambda part: len(set(part) & set(listed)), default=())
        return [product for product in shared if not self._routes[product].is_acknowledged]


def alias_of(product: str) -> str:
    """`BTC-USDC` is traded in the book of `BTC-USD`, and may be told of by that name."""
    return product.removesuffix("C") if product.endswith("-USDC") else product


def _explain(frame: str | bytes) -> tuple[Sequence[Tick] | Notice, int | None]:
    """Say why a frame could not be read, and its number; channels that are not ours may have any shape."""
    outline = outlined(frame, _outline)
    if isinstance(outline, Notice):
        return outline, None
    if outline.type == "error":
        return Notice(refused=safe(outline.message, 160)), outline.sequence_num
    is_bad = not outline.channel or outline.channel in _OURS
    return _WRONG_SHAPE if is_bad else _NOTHING, outline.sequence_num
