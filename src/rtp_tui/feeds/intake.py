"""What becomes of each frame: read, counted, its observations handed on."""

from collections import Counter
from collections.abc import Callable, Sequence

from msgspec import Struct

from rtp_tui.feeds.statistics import ClockOffset
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Tick
from rtp_tui.sources.contract import Notice
from rtp_tui.text import redacted, safe

RAW_BYTES = 1024
OFFSET_EVERY = 16
"""Every so many frames the venue's clock is compared with ours; a power of two."""
_OFFSET_MASK = OFFSET_EVERY - 1

Accept = Callable[[Tick], bool | None]
"""Takes an observation in; False says that it was rejected."""
Decode = Callable[[bytes, int], Sequence[Tick] | Notice]


class RawFrame(Struct, frozen=True):
    """The beginning of a frame off the wire, safe to show."""

    text: str
    received_ms: int


class Intake:
    """The hot path of a feed, shared by all its connections."""

    def __init__(self, decode: Decode, accept: Accept) -> None:
        self.frames = 0
        self.heartbeats = 0
        self.bad: Counter[str] = Counter()
        self.last_event_ms: int | None = None
        self.last_received_ms: int | None = None
        self.offset = ClockOffset()
        self._decode = decode
        self._accept = accept
        self._newest: dict[InstrumentId, tuple[bytes, int, int]] = {}

    def take(self, frame: bytes, received_ms: int) -> Notice | None:
        """Read a frame and hand on what it observed, or return what else it said."""
        self.frames = number = self.frames + 1
        self.last_received_ms = received_ms
        said = self._decode(frame, received_ms)
        if isinstance(said, Notice):
            if said.bad is not None:
                self.count(said.bad)
            self.heartbeats += said.is_heartbeat
            return said
        for tick in said:
            is_rejected = self._accept(tick) is False
            self._newest[tick.instrument] = frame[:RAW_BYTES], received_ms, number
            event_ms = tick.event_ms
            if event_ms is not None and not is_rejected:
                self.last_event_ms = event_ms
                if not number & _OFFSET_MASK:
                    self.offset.add(event_ms, received_ms)
        return None

    def count(self, reason: BadFrame) -> None:
        """Count a frame that gave nothing."""
        self.bad[reason.value] += 1

    def heard_since(self, instrument: InstrumentId, number: int) -> bool:
        """Whether a frame after the one of this number observed the instrument."""
        newest = self._newest.get(instrument)
        return newest is not None and newest[2] > number

    def heard_ms(self, instrument: InstrumentId) -> int | None:
        """When a frame last observed the instrument."""
        newest = self._newest.get(instrument)
        return None if newest is None else newest[1]

    def forget(self, instrument: InstrumentId) -> None:
        """It is not listened to any more."""
        self._newest.pop(instrument, None)

    def raw(self, instrument: InstrumentId) -> RawFrame | None:
        """The last frame that observed the instrument."""
        newest = self._newest.get(instrument)
        if newest is None:
            return None
        text = newest[0].decode("utf-8", "replace")
        return RawFrame(safe(redacted(text), RAW_BYTES), newest[1])
