"""Alpha Vantage: prices of stocks and exchange rates of currencies, one symbol a question.

Source: https://www.alphavantage.co/documentation/
"""

from collections.abc import Iterable, Sequence
from functools import partial

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Tick, TickKind
from rtp_tui.sources.alphavantage_rest import AlphaVantageRest, Rate, StockQuote
from rtp_tui.sources.contract import Subscription
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.figures import known_figure
from rtp_tui.sources.moments import local_ms
from rtp_tui.sources.provider_settings import AlphaVantageSettings

RAW_BYTES = 1024
DAY_MS = 86_400_000
CALLS_PER_S = 0.9
"""Of the one that is free."""
CURRENCIES = "/"
"""What a symbol holds that is a pair of currencies, `USD/COP`."""


class AlphaVantageSource:
    """Prices by question, never more than a day's quota of them; the clock is only read."""

    name = "alphavantage"
    cadence_ms = 3_600_000
    """One instrument an hour is what 25 questions a day allow; `pace_ms` says it of more."""
    batch_limit = 1

    def __init__(self, settings: AlphaVantageSettings, equipment: Equipment) -> None:
        self._clock = equipment.clock
        self._calls_per_day = settings.calls_per_day
        self._rest = AlphaVantageRest(
            equipment.paced(equipment.http_at(settings.rest_url), CALLS_PER_S),
            equipment.keys_of(self.name, settings.api_keys, settings.on_quota),
            settings.calls_per_day,
            self._clock,
            partial(equipment.note_quota, self.name),
        )
        self._raw: dict[InstrumentId, bytes] = {}

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """Prices now. Raises SourceError, UnknownSymbol among them."""
        return [await self._tick(wanted) for wanted in subscriptions]

    def pace_ms(self, instruments: int) -> int:
        """How often each of so many may be asked for within a day's quota; 0: as often as anybody likes."""
        return instruments * DAY_MS // self._calls_per_day if self._calls_per_day else 0

    def raw(self, instrument: InstrumentId) -> bytes | None:
        """The beginning of the newest answer about an instrument."""
        return self._raw.get(instrument)

    async def _tick(self, wanted: Subscription) -> Tick:
        if CURRENCIES in wanted.symbol:
            rate = await self._rest.rate(*wanted.symbol.upper().split(CURRENCIES, 1))
            self._raw[wanted.instrument] = rate.raw[:RAW_BYTES]
            return self._rate_tick(wanted, rate.said)
        quote = await self._rest.quote(wanted.symbol.upper())
        self._raw[wanted.instrument] = quote.raw[:RAW_BYTES]
        return self._quote_tick(wanted, quote.said)

    def _quote_tick(self, wanted: Subscription, quote: StockQuote) -> Tick:
        """A quote tells its day and no time: the moment it came stands for it."""
        return Tick(
            kind=TickKind.POLL,
            instrument=wanted.instrument,
            feed=f"{self.name}:{wanted.symbol}",
            event_ms=None,
            received_ms=self._clock.now_ms(),
            price=known_figure(quote.price),
            previous_close=known_figure(quote.previous_close),
        )

    def _rate_tick(self, wanted: Subscription, rate: Rate) -> Tick:
        return Tick(
            kind=TickKind.POLL,
            instrument=wanted.instrument,
            feed=f"{self.name}:{wanted.symbol}",
            event_ms=local_ms(rate.last_refreshed, rate.time_zone),
            received_ms=self._clock.now_ms(),
            price=known_figure(rate.rate),
            bid=known_figure(rate.bid),
            ask=known_figure(rate.ask),
        )
