"""Part "rollups": hours and days are stored as soon as they are over, so that they outlive their minutes."""

import logging
from collections.abc import Callable
from functools import partial

from rtp_tui.clock import Clock
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import GetBars
from rtp_tui.model.sessions import NOT_KNOWN, SessionSpans, Span
from rtp_tui.processing.stretches import SessionsOf, longer_bars, sessions_around, whole_stretch_at
from rtp_tui.storage.contract import History, Recorder, StoreUnusable
from rtp_tui.storage.rollups import RolledSeries

LOOK_EVERY_S = 60.0
PAUSE_S = 0.01
"""Between two stretches: commits and others want their turn."""
SETTLED_MS = 600_000
"""A day is stored so long after its end; what changes of it later is stored again."""

MarketOf = Callable[[InstrumentId], str | None]
"""None where sessions are not known, now or for good."""

_log = logging.getLogger(__name__)


class Rollups:
    """Rolls up what is over, one day of one instrument at a time, through the one writer."""

    def __init__(
        self,
        recorder: Recorder,
        history: History,
        market_of: MarketOf,
        sessions: SessionsOf,
        bar_retention_ms: int,
        clock: Clock,
    ) -> None:
        self.stored = 0
        """Hours and days stored since the start, again ones too."""
        self._recorder = recorder
        self._history = history
        self._market_of = market_of
        self._sessions = sessions
        self._bar_retention_ms = bar_retention_ms
        self._clock = clock

    async def run(self) -> None:
        """Look once a minute, for ever."""
        while True:
            try:
                await self.catch_up()
            except StoreUnusable as error:
                # The store says so itself; minutes are kept until this works again.
                _log.debug("nothing is rolled up: %s", error)
            await self._clock.sleep(LOOK_EVERY_S)

    async def catch_up(self) -> None:
        """Store everything that is over. Raises StoreUnusable."""
        for series in await self._history.rolled():
            await self._catch_up(series)

    async def redo(self, instrument: InstrumentId, from_ms: int) -> int:
        """Make hours and days of the stored minutes again from a moment on; how many. Raises StoreUnusable."""
        before = self.stored
        await self._recorder.roll_again(instrument, from_ms)
        for series in await self._history.rolled(instrument):
            await self._catch_up(series)
        return self.stored - before

    async def _catch_up(self, series: RolledSeries) -> None:
        while (stretch := await self._next(series)) is not None:
            sessions = self._sessions_around(series.instrument, stretch[0])
            roll = partial(longer_bars, sessions=sessions, now_ms=self._clock.now_ms())
            self.stored += await self._recorder.roll_up(series.instrument, stretch, roll)
            series = RolledSeries(series.instrument, stretch[1], series.minutes_from_ms)
            await self._clock.sleep(PAUSE_S)

    async def _next(self, series: RolledSeries) -> Span | None:
        """The first stretch with minutes that is over and not stored."""
        if self._until_ms(series.instrument) <= series.to_ms:
            return None
        query = GetBars(instrument=series.instrument, start_ms=series.to_ms, limit=1)
        first = (await self._history.bars(query)).bars
        if not first:
            return None
        at_ms = first[0].open_ms
        sessions = self._sessions_around(series.instrument, at_ms)
        stretch = whole_stretch_at(at_ms, series.minutes_from_ms, sessions)
        return stretch if stretch[1] <= self._until_ms(series.instrument) else None

    def _until_ms(self, instrument: InstrumentId) -> int:
        """What is over; where sessions are not known days are those of UTC, once their minutes are about to go."""
        patience_ms = SETTLED_MS if self._market_of(instrument) is not None else self._bar_retention_ms
        return self._clock.now_ms() - patience_ms

    def _sessions_around(self, instrument: InstrumentId, at_ms: int) -> SessionSpans:
        market = self._market_of(instrument)
        return NOT_KNOWN if market is None else sessions_around(self._sessions, market, at_ms)
