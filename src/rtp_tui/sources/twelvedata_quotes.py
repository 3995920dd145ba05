"""Twelve Data by question: prices and bars of currencies and stocks, each symbol of a question for a credit.

Source: https://twelvedata.com/docs
"""

from collections.abc import Iterable, Sequence
from functools import partial

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, Tick, TickKind
from rtp_tui.sources.backfilled import Prices, backfilled_bar, seconds_of
from rtp_tui.sources.contract import BadPayload, Key, Subscription
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.figures import figure, known_figure
from rtp_tui.sources.moments import local_ms
from rtp_tui.sources.provider_settings import TwelveDataSettings
from rtp_tui.sources.twelvedata_credits import DAY_MS, Credits
from rtp_tui.sources.twelvedata_rest import ROWS_PER_REQUEST, Answered, Row, TwelveDataRest

RAW_BYTES = 1024
MOST_SYMBOLS = 120
"""In one question."""
CALLS_PER_S = 4.0


class TwelveDataQuotes:
    """For plans without a socket: prices by question, never more than the credits allow; the clock is only read."""

    name = "twelvedata"
    cadence_ms = 120_000
    """A credit every two minutes is what 800 a day allow; `pace_ms` says it of more instruments."""

    def __init__(self, settings: TwelveDataSettings, equipment: Equipment) -> None:
        self.batch_limit = min(settings.credits_per_minute or MOST_SYMBOLS, MOST_SYMBOLS)
        self._clock = equipment.clock
        self._per_day = settings.credits_per_day
        self._path = f"/{settings.prices_from}"
        self._rest = TwelveDataRest(
            equipment.paced(equipment.http_at(settings.rest_url), CALLS_PER_S),
            equipment.keys_of(self.name, settings.api_keys, settings.on_quota),
            Credits(settings.credits_per_minute, settings.credits_per_day),
            self._clock,
            partial(equipment.note_quota, self.name),
        )
        self._raw: dict[InstrumentId, bytes] = {}

    def socket_key(self) -> Key:
        """The key for a socket. Raises SourceError."""
        return self._rest.socket_key()

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """Prices now, of as many as there are credits for, the first ones first; symbols that do not exist are
        left out. Raises SourceError.
        """
        symbols = list(dict.fromkeys(symbol_of(wanted) for wanted in subscriptions))[:MOST_SYMBOLS]
        answers = await self._rest.quotes(self._path, symbols) if symbols else {}
        heard = [
            (wanted, answers[symbol_of(wanted)]) for wanted in subscriptions if symbol_of(wanted) in answers
        ]
        return [self._tick(wanted, answer) for wanted, answer in heard]

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        """Bars of `[start_ms, end_ms)`; the forming one is not closed. Raises SourceError."""
        step_ms = seconds_of(timeframe) * 1000 * ROWS_PER_REQUEST
        bars: dict[int, Bar] = {}
        for from_ms in range(start_ms, end_ms, step_ms):
            to_ms = min(end_ms, from_ms + step_ms)
            for row in await self._rest.series(symbol_of(subscription), timeframe, from_ms, to_ms):
                bar = self._bar(subscription, timeframe, row)
                # A day may be told twice, and days are told that only overlap what was asked for.
                if start_ms <= bar.open_ms < end_ms:
                    bars[bar.open_ms] = bar
        return [bars[open_ms] for open_ms in sorted(bars)]

    def pace_ms(self, instruments: int) -> int:
        """How often each of so many may be asked for within a day's credits; 0: as often as anybody likes."""
        return instruments * DAY_MS // self._per_day if self._per_day else 0

    def raw(self, instrument: InstrumentId) -> bytes | None:
        """The beginning of the newest answer about an instrument."""
        return self._raw.get(instrument)

    def _tick(self, wanted: Subscription, answer: Answered) -> Tick:
        """A price without a time of its own is of the moment it came."""
        quoted = answer.quoted
        self._raw[wanted.instrument] = answer.raw[:RAW_BYTES]
        return Tick(
            kind=TickKind.POLL,
            instrument=wanted.instrument,
            feed=f"{self.name}:{wanted.symbol}",
            event_ms=quoted.last_quote_at * 1000 if quoted.last_quote_at else None,
            received_ms=self._clock.now_ms(),
            price=known_figure(quoted.price or quoted.close or ""),
            previous_close=known_figure(quoted.previous_close or ""),
        )

    def _bar(self, wanted: Subscription, timeframe: str, row: Row) -> Bar:
        open_ms = local_ms(row.datetime, "UTC")
        if open_ms is None:
            raise BadPayload("a bar has no time")
        return backfilled_bar(
            wanted,
            f"{self.name}:{wanted.symbol}",
            timeframe,
            open_ms,
            clamped(row),
            figure(row.volume) if row.volume else 0.0,
            self._clock.now_ms(),
        )


def symbol_of(wanted: Subscription) -> str:
    """As the provider writes it: `USD/COP`."""
    return wanted.symbol.upper()


def clamped(row: Row) -> Prices:
    """Prices of a bar, an open or close that rounding put outside its high and low moved to them.

    Raises BadPayload.
    """
    high, low = figure(row.high), figure(row.low)
    opened, close = (min(max(figure(price), low), high) for price in (row.open, row.close))
    return opened, high, low, close
