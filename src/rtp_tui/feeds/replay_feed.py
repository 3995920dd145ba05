"""A source whose frames come out of a capture: read, counted and told about as those of a connection are."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec.structs import replace

from rtp_tui.capture import CapturedFrame
from rtp_tui.clock import Clock
from rtp_tui.feeds.intake import RAW_BYTES, Accept, Decode, Intake, RawFrame
from rtp_tui.feeds.statistics import FrameRate
from rtp_tui.model.events import Payload
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.sources.contract import Subscription
from rtp_tui.sources.replay import Observed
from rtp_tui.text import redacted, safe

Ask = Callable[[CapturedFrame], Awaitable[Observed]]
"""Has the source read a recorded answer."""


class Controls:
    """Whether a replay plays, and how fast; shared by its feeds, which only together can be paused."""

    def __init__(self, speed: float | None) -> None:
        self.speed = speed
        """A multiple of the recorded pace, None as fast as possible."""
        self.is_paused = False
        self.is_over = False
        self.changes = 0
        """Grows whenever something is ordered, so that who waits can start anew."""

    def pause(self) -> None:
        """Stop where it is."""
        self.is_paused = True
        self.changes += 1

    def resume(self) -> None:
        """Go on from there."""
        self.is_paused = False
        self.changes += 1


class ReplayFeed:
    """One provider's part of a capture; its `decode` and `ask` are those of the provider's source."""

    def __init__(
        self,
        name: str,
        expected_ms: int,
        subscriptions: Sequence[Subscription],
        *,
        decode: Decode,
        ask: Ask,
        controls: Controls,
        clock: Clock,
        accept: Accept,
        announce: Callable[[Payload], None],
        keep_backfill: Callable[[Sequence[Bar]], None],
    ) -> None:
        self.name = name
        self._ask = ask
        self._controls = controls
        self._clock = clock
        self._accept = accept
        self._announce = announce
        self._keep_backfill = keep_backfill
        self._intake = Intake(decode, accept)
        self._answers = 0
        self._answered: dict[InstrumentId, RawFrame] = {}
        self._rate = FrameRate()
        self._status = FeedStatus(
            name=name,
            source=name,
            state=FeedState.STOPPED,
            instruments=tuple(wanted.instrument for wanted in subscriptions),
            since_ms=clock.now_ms(),
            expected_ms=expected_ms,
        )

    def take(self, frame: CapturedFrame, received_ms: int) -> None:
        """Play a frame of a socket, received at this moment."""
        self._intake.take(frame.content, received_ms)

    async def answer(self, frame: CapturedFrame, received_ms: int) -> None:
        """Play an answer over HTTP, received at this moment."""
        said = await self._ask(frame)
        self._answers += 1
        for tick in said.ticks:
            self._accept(tick)
            text = frame.content[:RAW_BYTES].decode("utf-8", "replace")
            self._answered[tick.instrument] = RawFrame(safe(redacted(text), RAW_BYTES), received_ms)
        if said.bars:
            self._keep_backfill(said.bars)

    def report(self) -> None:
        """Announce the status if anything in it is new."""
        self._rate.sample(self._clock.monotonic(), self._intake.frames + self._answers)
        status = self.status()
        if status != self._status:
            self._status = status
            self._announce(status)

    def raw(self, instrument: InstrumentId) -> RawFrame | None:
        """The beginning of the last frame or answer that observed an instrument."""
        return self._intake.raw(instrument) or self._answered.get(instrument)

    def status(self) -> FeedStatus:
        """The feed as of now."""
        intake, state = self._intake, self._state()
        return replace(
            self._status,
            state=state,
            since_ms=self._status.since_ms if state is self._status.state else self._clock.now_ms(),
            rate=round(self._rate.per_second(), 1),
            frames=intake.frames + self._answers,
            bad_frames=dict(intake.bad),
            heartbeats=intake.heartbeats,
            last_event_ms=intake.last_event_ms,
            last_received_ms=intake.last_received_ms,
            clock_offset_ms=intake.offset.median_ms(),
        )

    def pause(self) -> None:
        """Hold the whole replay: one capture has one time."""
        self._controls.pause()
        self.report()

    def resume(self) -> None:
        """Let the whole replay go on."""
        self._controls.resume()
        self.report()

    def restart(self) -> None:
        """A replay does not begin anew; one that is paused goes on."""
        self.resume()

    async def refresh(self, instruments: Sequence[InstrumentId] = ()) -> int:
        """Nobody is asked in a replay."""
        return 0

    def _state(self) -> FeedState:
        if self._controls.is_over:
            return FeedState.STOPPED
        return FeedState.PAUSED if self._controls.is_paused else FeedState.LIVE
