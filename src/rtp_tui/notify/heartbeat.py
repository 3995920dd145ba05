"""Part "heartbeat": asks a URL now and then, so that somebody elsewhere notices when this process is dead."""

import logging
from collections.abc import Callable
from typing import Protocol

from rtp_tui.clock import Clock
from rtp_tui.model.notifications import ChannelState, ChannelStatus
from rtp_tui.net.http import HttpError, HttpReply
from rtp_tui.notify.channel import ChannelFailed
from rtp_tui.notify.posting import Reveal, revealed

EVERY_S = 30.0
NAME = "heartbeat"

_log = logging.getLogger(__name__)


class Getter(Protocol):
    """What asks. Raises HttpError."""

    async def get(self, path: str) -> HttpReply:
        """Fetch."""
        ...


class Heartbeat:
    """Told as a channel that nothing is sent to; announced when how it goes has changed."""

    def __init__(
        self,
        url: str,
        reveal: Reveal,
        http: Getter,
        clock: Clock,
        announce: Callable[[ChannelStatus], None],
    ) -> None:
        """`url` is a reference, or the URL itself."""
        self._url = url
        self._reveal = reveal
        self._http = http
        self._clock = clock
        self._announce = announce
        self._status = ChannelStatus(name=NAME, kind=NAME)
        self._told: ChannelState | None = None

    @property
    def status(self) -> ChannelStatus:
        """How it goes."""
        return self._status

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            began_s = self._clock.monotonic()
            self._note(await self._beat())
            await self._clock.sleep(max(1.0, EVERY_S - (self._clock.monotonic() - began_s)))

    async def _beat(self) -> str:
        """Ask once; what went wrong, or nothing."""
        try:
            reply = await self._http.get(revealed(self._url, self._reveal))
        except (HttpError, ChannelFailed) as error:
            return str(error)
        return "" if 200 <= reply.status < 300 else f"it answers {reply.status}"

    def _note(self, error: str) -> None:
        known = self._status
        self._status = ChannelStatus(
            name=NAME,
            kind=NAME,
            state=ChannelState.FAILING if error else ChannelState.READY,
            sent=known.sent + (not error),
            failed=known.failed + bool(error),
            last_sent_ms=known.last_sent_ms if error else self._clock.now_ms(),
            last_error=error,
        )
        if self._status.state is not self._told:
            self._told = self._status.state
            self._announce(self._status)
            if error:
                _log.warning("heartbeat: %s", error)
