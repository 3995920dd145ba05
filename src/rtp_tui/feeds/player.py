"""Plays a capture to the feeds of a replay, on the capture's own time."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from msgspec import Struct, field

from rtp_tui.capture import CapturedFrame, CaptureFile
from rtp_tui.clock import ReplayClock
from rtp_tui.feeds.replay_feed import Controls, ReplayFeed
from rtp_tui.model.feeds import FeedStatus

BEAT_MS = 250
"""Bars of silent feeds close on this grid of the capture's time, at any speed."""
STEP_S = 0.05
"""While nothing is due, time goes on in steps of this."""
WORK_S = 0.01
"""So long frames are played without letting anybody else do anything."""
REPORT_EVERY_S = 1.0


class Window(Struct, frozen=True):
    """The part of a capture to play: `[from_ms, to_ms)`."""

    from_ms: int | None = None
    to_ms: int | None = None

    def holds(self, at_ms: int) -> bool:
        """Whether a moment is in it."""
        return (self.from_ms is None or at_ms >= self.from_ms) and (self.to_ms is None or at_ms < self.to_ms)


class PlayedCounts(Struct):
    """What became of the lines of a capture; grows only."""

    frames: int = 0
    """Handed to a feed."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Of sources that nobody reads, by source."""
    out_of_order: int = 0
    """Dated before the frame ahead of them; played at that one's moment."""


class Player:
    """One playing of one capture; `close_bars` is told the time, `room` returns when more can be taken in."""

    def __init__(
        self,
        capture: CaptureFile,
        feeds: Mapping[str, ReplayFeed],
        clock: ReplayClock,
        controls: Controls,
        close_bars: Callable[[int], None],
        room: Callable[[], Awaitable[None]],
        *,
        window: Window = Window(),  # noqa: B008 - frozen
    ) -> None:
        self.counts = PlayedCounts()
        self._frames = (
            frame for frame in capture if not frame.received_ms or window.holds(frame.received_ms)
        )
        self._feeds = feeds
        self._clock = clock
        self._controls = controls
        self._close_bars = close_bars
        self._room = room
        self._anchor_ms = clock.now_ms()
        self._anchor_s = 0.0
        self._seen_changes = -1
        self._worked_s = 0.0
        self._beat = 0

    async def run(self) -> None:
        """Play to the end. A frame that breaks something is not played again."""
        for frame in self._frames:
            at_ms = self._moment(frame)
            await self._wait_for(at_ms)
            await self._play(frame, at_ms)
        self._controls.is_over = True
        self.report()

    async def report_on_feeds(self) -> None:
        """Report once a second until cancelled."""
        while True:
            self.report()
            await self._clock.sleep(REPORT_EVERY_S)

    def report(self) -> None:
        """Let every feed tell how it is."""
        for feed in self._feeds.values():
            feed.report()

    def statuses(self) -> list[FeedStatus]:
        """Every feed as of now."""
        return [feed.status() for feed in self._feeds.values()]

    def _moment(self, frame: CapturedFrame) -> int:
        """When to play a frame: never before the one ahead of it; those without a time follow at once."""
        now_ms = self._clock.now_ms()
        self.counts.out_of_order += 0 < frame.received_ms < now_ms
        return max(now_ms, frame.received_ms)

    async def _play(self, frame: CapturedFrame, at_ms: int) -> None:
        self._advance_to(at_ms)
        feed = self._feeds.get(frame.source)
        if feed is None:
            self.counts.skipped[frame.source] += 1
            return
        self.counts.frames += 1
        if frame.transport == "http":
            await feed.answer(frame, at_ms)
        else:
            feed.take(frame, at_ms)

    def _advance_to(self, at_ms: int) -> None:
        """Let the capture's time be this; what is due by the last beat closes, wherever the steps in between were."""
        self._clock.advance_to(at_ms)
        beat = at_ms // BEAT_MS
        if beat > self._beat:
            self._beat = beat
            self._close_bars(beat * BEAT_MS)

    async def _wait_for(self, at_ms: int) -> None:
        while (early_s := self._early_s(at_ms)) > 0:
            await self._clock.sleep(min(early_s, STEP_S))
            if not self._controls.is_paused:
                self._advance_to(min(at_ms, self._reached_ms()))
        if self._clock.monotonic() - self._worked_s > WORK_S:
            await self._room()
            await self._clock.sleep(0)
            self._worked_s = self._clock.monotonic()

    def _early_s(self, at_ms: int) -> float:
        """How long until a moment is due, as far as that is known."""
        controls = self._controls
        if controls.changes != self._seen_changes:
            self._seen_changes = controls.changes
            self._anchor_ms, self._anchor_s = self._clock.now_ms(), self._clock.monotonic()
        if controls.is_paused:
            return STEP_S
        if controls.speed is None:
            return 0.0
        due_s = self._anchor_s + (at_ms - self._anchor_ms) / 1000 / controls.speed
        return due_s - self._clock.monotonic()

    def _reached_ms(self) -> int:
        speed = self._controls.speed
        if speed is None or self._seen_changes != self._controls.changes:
            return self._clock.now_ms()
        return self._anchor_ms + int((self._clock.monotonic() - self._anchor_s) * 1000 * speed)
