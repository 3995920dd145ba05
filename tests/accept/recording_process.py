"""A process that records until it is killed: `recording_process.py FILE FIRST`.

Prints each watermark that is announced. Tick number n trades in minute n // 100, and each bar counts the
trades of its minute, so that ticks and bars can be compared whenever the process ended.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from rtp_tui.clock import SystemClock
from rtp_tui.model.events import Event, InstrumentView, Snapshot
from rtp_tui.model.market import Bar
from rtp_tui.storage.contract import StorageSettings
from rtp_tui.storage.sqlite_recorder import SqliteRecorder
from tests.factories import BTC, a_bar, a_feed_status, a_quote, a_trade, an_instrument

TICKS_A_MINUTE = 100
MINUTE_MS = 60_000
FOR_EVER_MS = 2**50
"""The first minute of all is the first of 1970."""


class Market:
    """Numbered trades and the bars that they make."""

    def __init__(self, recorder: SqliteRecorder, first: int) -> None:
        self._recorder = recorder
        self._next = first
        self._trades: dict[int, int] = {}

    def trade(self) -> None:
        """One tick; now and then an event and a keyframe."""
        number, self._next = self._next, self._next + 1
        open_ms = number // TICKS_A_MINUTE * MINUTE_MS
        self._trades[open_ms] = number % TICKS_A_MINUTE + 1
        self._recorder.add_tick(number, a_trade(sequence=number, event_ms=open_ms + 1))
        if number % 10 == 0:
            self._recorder.add_event(Event(number, a_feed_status(frames=number)), number)
        if number % 500 == 0:
            view = InstrumentView(an_instrument(), a_quote(), None, ())
            self._recorder.add_keyframe(
                Snapshot(epoch="crash", seq=number, at_ms=number, instruments=(view,))
            )

    def take_bars(self) -> Sequence[Bar]:
        """The bars that changed."""
        changed, self._trades = self._trades, {}
        return [a_bar(instrument=BTC, open_ms=at, trades=trades) for at, trades in changed.items()]


async def record(path: Path, first: int) -> None:
    """Trade about 20,000 times a second for ever."""
    kept = StorageSettings(bar_retention_ms=FOR_EVER_MS, event_retention_ms=FOR_EVER_MS)
    recorder = SqliteRecorder(path, kept, SystemClock(), "crash")
    await recorder.open()
    market = Market(recorder, first)
    async with asyncio.TaskGroup() as group:
        group.create_task(recorder.run(market.take_bars, lambda seq: print(seq, flush=True)))
        while True:
            for _ in range(37):
                market.trade()
            await asyncio.sleep(0.002)


if __name__ == "__main__":
    asyncio.run(record(Path(sys.argv[1]), int(sys.argv[2])))
