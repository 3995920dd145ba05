"""Twelve Data: prices of currencies and stocks as they change over its socket; questions while that is down.

Source: https://twelvedata.com/docs#websocket
"""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

import msgspec

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, Tick
from rtp_tui.sources.chunks import chunks
from rtp_tui.sources.contract import Endpoint, Keepalive, Notice, Subscription
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.provider_settings import TwelveDataSettings
from rtp_tui.sources.twelvedata_frames import FrameReader
from rtp_tui.sources.twelvedata_quotes import TwelveDataQuotes, symbol_of

SOCKET_PATH = "/v1/quotes/price"
SYMBOLS_PER_REQUEST = 100
LONGEST_MESSAGE = 1 << 20
HEARTBEAT_S = 10.0
"""A connection that is not told so often that it is wanted is closed; each time there is an answer."""
_HEARTBEAT = Keepalive('{"action":"heartbeat"}', HEARTBEAT_S)


class TwelveDataSource:
    """Feed and history of one provider; the clock is only read.

    Prices of its socket are of kind poll: the newest ones, not trades (see `twelvedata_frames`).
    """

    name = "twelvedata"
    expected_ms = 60_000
    """A pair of currencies that few trade may be quiet for most of a minute."""
    lifetime_s: float | None = None
    max_frame_bytes = LONGEST_MESSAGE

    def __init__(self, settings: TwelveDataSettings, equipment: Equipment) -> None:
        self._settings = settings
        self._clock = equipment.clock
        self._quotes = TwelveDataQuotes(settings, equipment)
        self._frames = FrameReader(self.name, LONGEST_MESSAGE)
        self._asked_ms: dict[InstrumentId, int] = {}

    def endpoints(self, subscriptions: Sequence[Subscription]) -> Sequence[Endpoint]:
        """One connection, which is all that small plans have; from now on read frames about these."""
        self._frames.expect(subscriptions)
        if not subscriptions:
            return []
        url = self._settings.ws_url + SOCKET_PATH
        opening = self.subscribing(subscriptions)
        return [Endpoint(url, opening, tuple(subscriptions), _HEARTBEAT, HEARTBEAT_S, self._signed)]

    def subscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these too."""
        return _requests("subscribe", subscriptions)

    def unsubscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these no more."""
        return _requests("unsubscribe", subscriptions)

    def decode(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        return self._frames.read(frame, received_ms)

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """Prices now, each no oftener than a day's credits last for; those asked for longest ago come first.

        Raises SourceError.
        """
        due = self._due(subscriptions)
        ticks = list(await self._quotes.latest(due))
        self._asked_ms |= {tick.instrument: tick.received_ms for tick in ticks}
        return ticks

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        """Bars of `[start_ms, end_ms)`; the forming one is not closed. Raises SourceError."""
        return await self._quotes.bars(subscription, timeframe, start_ms, end_ms)

    def _due(self, subscriptions: Sequence[Subscription]) -> list[Subscription]:
        before_ms = self._clock.now_ms() - self._quotes.pace_ms(len(subscriptions))
        asked_ms = self._asked_ms
        due = [one for one in subscriptions if asked_ms.get(one.instrument, 0) <= before_ms]
        return sorted(due, key=lambda one: asked_ms.get(one.instrument, 0))

    def _signed(self, url: str) -> str:
        return f"{url}?apikey={quote(self._quotes.socket_key().secret, safe='')}"


def _requests(action: str, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
    symbols = list(dict.fromkeys(symbol_of(wanted) for wanted in subscriptions))
    return tuple(
        msgspec.json.encode({"action": action, "params": {"symbols": ",".join(part)}}).decode()
        for part in chunks(symbols, SYMBOLS_PER_REQUEST)
    )
