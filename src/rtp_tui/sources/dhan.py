"""Dhan: Indian shares, quotes over a binary socket; prices and candles over REST. The access token lives about a day.

Source: https://dhanhq.co/docs/v2/
"""

from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from rtp_tui.model.market import Bar, Tick, TickKind
from rtp_tui.sources.backfilled import backfilled_bar, seconds_of
from rtp_tui.sources.chunks import chunks
from rtp_tui.sources.contract import AccessDenied, Endpoint, Key, Notice, Subscription, UnknownSymbol
from rtp_tui.sources.dhan_errors import TOKEN_CODES
from rtp_tui.sources.dhan_frames import FrameReader
from rtp_tui.sources.dhan_rest import IDS_PER_REQUEST, Candle, DhanRest, MarketQuote, traded_at_ms
from rtp_tui.sources.dhan_securities import Security, SecurityIds
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.provider_settings import DhanSettings

INSTRUMENTS_PER_MESSAGE = 100
INSTRUMENTS_PER_CONNECTION = 5_000
SUBSCRIBE_QUOTES, UNSUBSCRIBE_QUOTES = 17, 18
LONGEST_MESSAGE = 1 << 20
PRICES_PER_S, CHARTS_PER_S = 0.95, 4.5
"""Of one and of five that are documented."""


class _Wish(Struct, rename="pascal"):
    exchange_segment: str
    security_id: str


class _Request(Struct, rename="pascal"):
    request_code: int
    instrument_count: int
    instrument_list: list[_Wish]


class DhanSource:
    """Feed and history of one broker; the clock is only read. `securities` number the symbols."""

    name = "dhan"
    expected_ms = 15_000
    """Shares that are traded seldom are quoted seldom."""
    lifetime_s: float | None = None
    max_frame_bytes = LONGEST_MESSAGE

    def __init__(
        self, settings: DhanSettings, equipment: Equipment, securities: SecurityIds | None = None
    ) -> None:
        self._settings = settings
        self._clock = equipment.clock
        self._securities = securities or SecurityIds()
        self._client_ids = equipment.keys_of(f"{self.name}/client_id", _given(settings.client_id), "wait")
        self._tokens = equipment.keys_of(self.name, _given(settings.api_token), "wait")
        http = equipment.http_at(settings.rest_url)
        self._rest = DhanRest(
            equipment.paced(http, PRICES_PER_S),
            equipment.paced(http, CHARTS_PER_S),
            self._tokens,
            self._client_ids,
        )
        self._frames = FrameReader(self.name, LONGEST_MESSAGE, self._securities)
        self._shown: Key | None = None

    def endpoints(self, subscriptions: Sequence[Subscription]) -> Sequence[Endpoint]:
        """Split over connections, and from now on read frames about these subscriptions."""
        self._frames.expect(subscriptions)
        return [
            Endpoint(self._settings.ws_url, self.subscribing(part), tuple(part), sign=self._signed)
            for part in chunks(subscriptions, INSTRUMENTS_PER_CONNECTION)
        ]

    def subscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these too."""
        return self._requests(SUBSCRIBE_QUOTES, subscriptions)

    def unsubscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these no more."""
        return self._requests(UNSUBSCRIBE_QUOTES, subscriptions)

    def decode(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        said = self._frames.read(frame, received_ms)
        if self._frames.ended_by is not None:
            self._doubt_token()
        return said

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """Prices now; symbols that are not known are left out. Raises SourceError, where none is known as well."""
        known = [
            (wanted, security)
            for wanted in subscriptions
            if (security := self._securities.of(wanted.symbol)) is not None
        ]
        if subscriptions and not known:
            self._known(subscriptions[0])
        ticks: list[Tick] = []
        for part in chunks(known, IDS_PER_REQUEST):
            said = await self._rest.quotes(self._settings.prices_from, [security for _, security in part])
            found = ((wanted, said.get(security)) for wanted, security in part)
            ticks += [self._tick(wanted, quote) for wanted, quote in found if quote and quote.last_price]
        return ticks

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        """Candles of `[start_ms, end_ms)`, adjusted for splits as of today. Raises SourceError."""
        security = self._known(subscription)
        seconds_of(timeframe)
        if timeframe == "1d":
            rows = await self._rest.days(security, start_ms, end_ms)
        else:
            rows = await self._rest.minutes(security, timeframe, start_ms, end_ms)
        return [self._bar(subscription, timeframe, row) for row in rows]

    def _known(self, wanted: Subscription) -> Security:
        security = self._securities.of(wanted.symbol)
        if security is None:
            alone = FrameReader(self.name, LONGEST_MESSAGE, self._securities)
            alone.expect([wanted])
            raise UnknownSymbol(alone.unknown)
        return security

    def _signed(self, url: str) -> str:
        """The address with token and client id. Raises SourceError, where there is nothing to hear of as well."""
        if self._frames.is_deaf:
            raise UnknownSymbol(self._frames.unknown)
        if not self._settings.api_token or not self._settings.client_id:
            raise AccessDenied("sources.dhan needs a client_id and an api_token")
        self._shown, client = self._tokens.take(), self._client_ids.take()
        self._frames.begin()
        query = {"version": 2, "token": self._shown.secret, "clientId": client.secret, "authType": 2}
        return f"{url}?{urlencode(query, quote_via=quote)}"

    def _doubt_token(self) -> None:
        """Set aside the token that a connection was ended for; another in its place is used at once."""
        reason, self._frames.ended_by = self._frames.ended_by, None
        if reason in TOKEN_CODES and self._shown is not None:
            self._tokens.reject(self._shown)

    def _requests(self, code: int, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        securities = dict.fromkeys(self._securities.of(wanted.symbol) for wanted in subscriptions)
        wishes = [_Wish(one.segment, str(one.id)) for one in securities if one is not None]
        return tuple(
            msgspec.json.encode(_Request(code, len(part), list(part))).decode()
            for part in chunks(wishes, INSTRUMENTS_PER_MESSAGE)
        )

    def _tick(self, wanted: Subscription, said: MarketQuote) -> Tick:
        mean, volume = said.average_price, said.volume
        return Tick(
            kind=TickKind.POLL,
            instrument=wanted.instrument,
            feed=f"{self.name}:{wanted.symbol}",
            event_ms=traded_at_ms(said.last_trade_time),
            received_ms=self._clock.now_ms(),
            price=said.last_price,
            bid=said.depth.buy[0].price or None if said.depth.buy else None,
            ask=said.depth.sell[0].price or None if said.depth.sell else None,
            high_24h=said.ohlc.high or None,
            low_24h=said.ohlc.low or None,
            volume_24h=mean * volume or None,
            previous_close=None if said.net_change is None else round(said.last_price - said.net_change, 4),
        )

    def _bar(self, wanted: Subscription, timeframe: str, row: Candle) -> Bar:
        return backfilled_bar(
            wanted,
            f"{self.name}:{wanted.symbol}",
            timeframe,
            row.open_ms,
            (row.open, row.high, row.low, row.close),
            row.volume,
            self._clock.now_ms(),
        )


def _given(reference: str) -> tuple[str, ...]:
    return (reference,) if reference else ()
