"""Plays a recorded capture to whoever subscribes: the frames as they were, at the recorded pace or another."""

from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Struct

from rtp_tui.capture import CapturedFrame, CaptureFile
from rtp_tui.clock import Clock
from rtp_tui.simulator.event_times import moved
from rtp_tui.simulator.rest import Metered
from rtp_tui.simulator.rest_limits import Refused
from rtp_tui.simulator.stream_gateway import StreamGateway

QUIET_S = 0.25
"""Clients subscribe in several messages; the first frame waits for the last of them."""
AHEAD_BYTES = 1024 * 1024
"""As fast as it is read means: never more than this unsent to the slowest reader."""
FRAMES_A_BEAT = 500
_KINDS = {"24hrTicker": "ticker", "24hrMiniTicker": "miniTicker"}


class Recorded(Struct, frozen=True):
    """A frame's stream and the event in it, both as recorded."""

    stream: str
    text: str


class _Combined(Struct):
    stream: str
    data: msgspec.Raw


class _Interval(Struct):
    i: str


class _Event(Struct):
    e: str = "bookTicker"
    s: str = ""
    k: _Interval | None = None


def recorded(frame: CapturedFrame) -> Recorded | None:
    """Find the stream of a frame; None for what is no event (acknowledgements, REST bodies, other formats)."""
    if frame.transport != "ws":
        return None
    try:
        if frame.text.startswith('{"stream"'):
            wrapped = msgspec.json.decode(frame.text, type=_Combined)
            return Recorded(wrapped.stream, bytes(wrapped.data).decode())
        event = msgspec.json.decode(frame.text, type=_Event)
    except msgspec.DecodeError:
        return None
    kind = f"kline_{event.k.i}" if event.k else _KINDS.get(event.e, event.e)
    return Recorded(f"{event.s.lower()}@{kind}", frame.text) if event.s else None


class Replay:
    """One playing of a capture, begun by the first subscription; the connections stay open at its end.

    `speed` is a multiple of the recorded pace, None as fast as it is read. `shift_times` moves the times in the
    events by what lies between the first frame's receipt and now.
    """

    def __init__(
        self, clock: Clock, capture: CaptureFile, *, speed: float | None = 1.0, shift_times: bool = False
    ) -> None:
        self.rest = Metered(CapturedAnswers(CaptureFile(capture.path)))
        self.played = 0
        """Events offered to subscribers so far."""
        self.finished = False
        self._clock = clock
        self._capture = capture
        self._speed = speed
        self._shift_times = shift_times
        self._started = 0.0
        self._first_ms: int | None = None
        self._shift_ms = 0

    async def play(self, gateway: StreamGateway) -> None:
        """Wait for subscribers, then play everything once."""
        await self._subscribed(gateway)
        self._started = self._clock.monotonic()
        for frame in self._capture:
            event = recorded(frame)
            if event is None:
                continue
            await self._pace(frame, gateway)
            text = moved(event.text, self._shift_ms) if self._shift_times else event.text
            gateway.publish(event.stream, text)
            self.played += 1
        gateway.fanout.flush()
        self.finished = True

    async def _subscribed(self, gateway: StreamGateway) -> None:
        joined = -1
        while joined <= 0 or joined != gateway.fanout.joined:
            joined = gateway.fanout.joined
            await self._clock.sleep(QUIET_S)

    async def _pace(self, frame: CapturedFrame, gateway: StreamGateway) -> None:
        if self._first_ms is None:
            self._first_ms = frame.received_ms
            self._shift_ms = self._clock.now_ms() - frame.received_ms
        if self._speed is None:
            if self.played % FRAMES_A_BEAT == 0:
                await self._wait_for_readers(gateway)
            return
        due = self._started + (frame.received_ms - self._first_ms) / 1000 / self._speed
        if (early := due - self._clock.monotonic()) > 0:
            gateway.fanout.flush()
            await self._clock.sleep(early)

    async def _wait_for_readers(self, gateway: StreamGateway) -> None:
        gateway.fanout.flush()
        await self._clock.sleep(0)
        while gateway.fanout.most_unsent_bytes() > AHEAD_BYTES:
            await self._clock.sleep(0.002)


class CapturedAnswers:
    """Requests are answered by what the recorder had fetched before its first event; the rest is unknown."""

    def __init__(self, capture: CaptureFile) -> None:
        self._capture = capture
        self._bodies: dict[str, bytes] | None = None

    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """The JSON of an answer. Raises Refused."""
        if path == "/api/v3/time":
            return msgspec.json.encode({"serverTime": now_ms})
        if path == "/api/v3/ping":
            return b"{}"
        if self._bodies is None:
            self._bodies = _fetched_first(self._capture)
        if (body := self._bodies.get(_question(path, query))) is not None:
            return body
        if "symbol" in query and path.startswith("/api/v3/ticker/"):
            raise Refused(-1121, "Invalid symbol.")
        if path.startswith(("/api/v3/ticker/", "/api/v3/klines")):
            return b"[]"
        raise Refused(-1000, "Not found.", 404)


def _fetched_first(capture: CaptureFile) -> dict[str, bytes]:
    bodies = {}
    for frame in capture:
        if frame.transport != "http":
            break
        parts = urlsplit(frame.url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        bodies[_question(parts.path, query)] = frame.text.encode()
    return bodies


def _question(path: str, query: dict[str, str]) -> str:
    return f"{path}?{sorted(query.items())}"
