"""Recorded answers over HTTP: the sources ask their own questions again, and get what was answered then."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

from rtp_tui.capture import CapturedFrame
from rtp_tui.clock import Clock
from rtp_tui.model.feeds import Quota
from rtp_tui.model.market import Bar, Tick
from rtp_tui.net.http import Headers, HttpReply, HttpUnreachable, Params
from rtp_tui.sources.asking import Http
from rtp_tui.sources.captured import bare, tokens
from rtp_tui.sources.contract import (
    HistorySource,
    Key,
    PollingSource,
    SourceError,
    Subscription,
)
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.moments import rfc3339_ms

TIMEFRAME = "1m"
HIDDEN = "***"
_EARLIEST_S, _LATEST_S = 946_684_800, 4_102_444_800
"""2000 and 2100: whole numbers between are moments, and so are a thousand times as large ones."""


class Observed(Struct, frozen=True):
    """What an answer says."""

    ticks: Sequence[Tick] = ()
    bars: Sequence[Bar] = ()


class RecordedHttp:
    """A client without a network; the answer that it holds goes to the question that it was given to."""

    def __init__(self) -> None:
        self._frame: CapturedFrame | None = None
        self._path = ""
        self._params: dict[str, str] = {}

    async def get(self, path: str, params: Params | None = None, headers: Headers | None = None) -> HttpReply:
        """The recorded answer. Raises HttpUnreachable where it answers something else."""
        if self._frame is None or not self._fits(unquote(path), params or {}):
            raise HttpUnreachable("that was not recorded")
        return HttpReply(self._frame.status or 200, dict(self._frame.headers), self._frame.content)

    async def post(
        self, path: str, body: bytes | None = None, *, headers: Headers | None = None
    ) -> HttpReply:
        """Raises HttpUnreachable: what was asked by a body was not recorded."""
        raise HttpUnreachable("that was not recorded")

    @contextmanager
    def holding(self, frame: CapturedFrame) -> Iterator[Sequence[int]]:
        """Answer with this while the block runs, which is given the moments that were asked about."""
        parts = urlsplit(frame.url)
        self._frame, self._path, self._params = frame, unquote(parts.path), dict(parse_qsl(parts.query))
        try:
            yield [moment for value in self._params.values() if (moment := _moment_ms(value)) is not None]
        finally:
            self._frame = None

    def _fits(self, path: str, params: Params) -> bool:
        """The same question: another moment, another number of rows or a choice of what was listed will do."""
        if not self._path.endswith(path) or self._params.keys() != params.keys():
            return False
        return all(_is_same(self._params[name], str(value)) for name, value in params.items())


def replaying_equipment(clock: Clock, http: Http) -> Equipment:
    """What a source is built with that shall reach nobody."""
    return Equipment(
        clock,
        lambda address: http,
        lambda address: http,
        lambda provider, references, on_quota: NoKeys(),
        lambda asked, calls_per_s: asked,
        _ignore,
    )


async def observed(
    source: PollingSource | HistorySource,
    http: RecordedHttp,
    subscriptions: Sequence[Subscription],
    frame: CapturedFrame,
) -> Observed:
    """What an answer says of the subscriptions that its question named."""
    named = tokens(frame.url)
    wanted = [one for one in subscriptions if bare(one.symbol) in named]
    if not wanted:
        return Observed()
    with http.holding(frame) as moments:
        with suppress(SourceError):
            return Observed(ticks=tuple(await source.latest(wanted)))
        ask_bars = getattr(source, "bars", None)
        if ask_bars is not None and moments:
            with suppress(SourceError):
                end_ms = max(moments) + 1000 if len(moments) > 1 else frame.received_ms
                return Observed(bars=await ask_bars(wanted[0], TIMEFRAME, min(moments), end_ms))
    return Observed()


def _is_same(recorded: str, asked: str) -> bool:
    if recorded == asked or "," in recorded or recorded.startswith("["):
        return True
    return _moment_ms(recorded) is not None and _moment_ms(asked) is not None


def _moment_ms(value: str) -> int | None:
    if value.isascii() and value.isdigit() and len(value) < 16:
        number = int(value)
        if _EARLIEST_S <= number <= _LATEST_S:
            return number * 1000
        return number if _EARLIEST_S * 1000 <= number <= _LATEST_S * 1000 else None
    try:
        return rfc3339_ms(value)
    except ValueError:
        return None


class NoKeys:
    """What stands for a key in a recording, where every key was hidden."""

    def take(self) -> Key:
        """The word that is written in the place of secrets."""
        return Key("replay", HIDDEN)

    def reject(self, key: Key) -> None:
        """There is no other."""

    def exhaust(self, key: Key, retry_after_s: float | None = None) -> None:
        """It has no quota."""


def _ignore(provider: str, quota: Quota) -> None:
    """What was left of a quota then says nothing about now."""
