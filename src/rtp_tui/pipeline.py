"""READ FIRST. The stages of the pipeline in flow order; `accept` is its heart.

    feeds ──accept(tick)──▶ processor ──▶ number ─▶ recorder ─▶ state ─▶ bus ──▶ whoever watches
                            (kept? bars)    seq      (buffer)    (fold)   (fan-out)

A tick is accepted in one synchronous step; nothing in it waits. What is durable is told by a
separate watermark, `committed_seq`. Everything else that happens (a feed connects, a verdict on
freshness, a commit) is announced through the same numbered stream.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rtp_tui.bus import Bus, Reader
from rtp_tui.clock import Clock
from rtp_tui.model.alerts import Alert, Silence
from rtp_tui.model.events import Event, Payload, Snapshot
from rtp_tui.model.gaps import Gap
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, Rejected, Tick, TickKind
from rtp_tui.model.notifications import Mute
from rtp_tui.model.signals import Signal
from rtp_tui.processing.processor import ANNOUNCED_CLOSES, Processor
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import History, Recorder, Remembered
from rtp_tui.storage.journal import Journal

_QUOTE = TickKind.QUOTE
CLOSE_BARS_EVERY_S = 0.25
KEYFRAME_EVERY_S = 10.0
RESTORED_BARS = 120


class Pipeline:
    """Numbers, buffers, folds and publishes whatever is kept; the only writer of the state."""

    def __init__(
        self,
        epoch: str,
        state: PipelineState,
        processor: Processor,
        recorder: Recorder,
        clock: Clock,
    ) -> None:
        self.epoch = epoch
        self.state = state
        self.processor = processor
        self.recorder = recorder
        self.bus = Bus()
        self.committed_seq = 0
        """Everything up to this number survives a crash."""
        self._seq = 0
        self._clock = clock
        self._journal = Journal()

    def accept(self, tick: Tick) -> bool:
        """Take a tick in: judge it, number it, buffer its row, fold and publish what it changed; False if rejected."""
        kept = self.processor.process(tick)
        if isinstance(kept, Rejected):
            return False
        quote = kept.quote
        if quote is not None:
            self._seq = seq = self._seq + 1
            if tick.kind is not _QUOTE and not kept.is_aside:
                self.recorder.add_tick(seq, tick)
            event = Event(seq, quote)
            self.state.apply(event)
            self.bus.publish(event)
        for conclusion in kept.conclusions:
            self.announce(conclusion)
        for released in kept.released:
            self.recorder.add_tick(self._seq, released)
        return True

    def announce(self, payload: Payload) -> None:
        """Number something that happened, keep it if it is worth keeping, fold and publish it."""
        self._seq += 1
        event = Event(self._seq, payload)
        now_ms = self._clock.now_ms()
        if self._journal.keeps(payload, now_ms):
            self.recorder.add_event(event, now_ms)
        self.state.apply(event)
        self.bus.publish(event)

    def keep_backfill(self, bars: Sequence[Bar], *, from_standby: bool = False) -> None:
        """Take bars of one instrument from its feed's history where ours are absent or thinner.

        From the history of a feed that is not the active one absent minutes alone, and only where that is said.
        """
        backfilled = self.processor.merge_backfill(bars, from_standby=from_standby)
        if backfilled is not None:
            self.announce(backfilled)

    def keep_rebuilt(self, bars: Sequence[Bar]) -> None:
        """Take minutes of one instrument that were built again of stored trades, and are not held in memory any more."""
        rebuilt = self.processor.merge_rebuilt(bars)
        if rebuilt is not None:
            self.announce(rebuilt)

    def keep_gap(self, gap: Gap) -> None:
        """Announce what became of missing minutes, and keep it under its own key."""
        self.recorder.add_gap(gap)
        self.announce(gap)

    def keep_alert(self, alert: Alert | Silence) -> None:
        """Announce what became of an alert or a silence, and keep it under its own key once an alert has fired."""
        if isinstance(alert, Silence) or alert.fired_ms is not None:
            self.recorder.add_alert_record(alert)
        self.announce(alert)

    def keep_signal(self, signal: Signal) -> None:
        """Announce a signal or what became of it, and keep it under its own key."""
        self.recorder.add_signal(signal)
        self.announce(signal)

    def keep_mute(self, mute: Mute) -> None:
        """Announce until when nobody is told of alerts, and keep it."""
        self.recorder.add_alert_record(mute)
        self.announce(mute)

    def snapshot(self) -> Snapshot:
        """The state now, as one value."""
        return self.state.snapshot(self.epoch, self._clock.now_ms())

    @contextmanager
    def reading(self, *, conflates: bool) -> Iterator[Reader]:
        """A reader of everything announced while the block runs."""
        with self.bus.reading(conflates=conflates) as reader:
            yield reader

    async def restore(self, history: History) -> None:
        """Continue where an earlier run left off: its last quotes, and its bars that can still change."""
        quotes = await history.newest_quotes()
        series = [await history.newest_bars(quote.instrument, "1m", RESTORED_BARS) for quote in quotes]
        self.processor.restore(quotes, series)
        for bars in series:
            for bar in bars[-ANNOUNCED_CLOSES:]:
                self.announce(bar)
        for quote in self.processor.quotes():
            self.announce(quote)

    async def write(self) -> None:
        """Part "store": make durable what is buffered, until cancelled; then write what is pending."""
        await self.recorder.run(self.processor.take_changed_bars, self._note_committed, self._remembered)

    async def close_bars(self) -> None:
        """Part "bars": close the bars of feeds that have fallen silent."""
        while True:
            await self._clock.sleep(CLOSE_BARS_EVERY_S)
            for bar in self.processor.close_bars(self._clock.now_ms()):
                self.announce(bar)

    async def keep_keyframes(self) -> None:
        """Part "keyframes": keep the whole state now and then, so that any moment can be rebuilt."""
        while True:
            await self._clock.sleep(KEYFRAME_EVERY_S)
            self.recorder.add_keyframe(self.snapshot())

    def bars_in_memory(self, instrument: InstrumentId) -> tuple[Bar, ...]:
        """The newest bars of an instrument, the forming one included, whether stored yet or not."""
        return self.processor.bars(instrument)

    def _remembered(self) -> Remembered:
        """What a history file that is begun anew is given: the bars held here, and how everything stands."""
        bars = [bar for key in self.state.market.instruments for bar in self.bars_in_memory(key)]
        return Remembered(bars, self.snapshot())

    def _note_committed(self, seq: int) -> None:
        self.committed_seq = max(self.committed_seq, seq)
