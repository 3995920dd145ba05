"""Whatever Apprise can reach, https://github.com/caronc/apprise: an extra, loaded when something is first sent."""

import logging
from urllib.parse import parse_qsl, urlencode

from rtp_tui.model.alerts import Severity
from rtp_tui.model.notifications import Message
from rtp_tui.notify.channel import ChannelFailed
from rtp_tui.notify.in_thread import in_thread
from rtp_tui.notify.posting import Reveal, revealed

_TYPES = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "failure"}


class AppriseChannel:
    """One of its URLs; what it holds is secret, so that nothing of it is ever shown."""

    def __init__(self, name: str, url: str, timeout_s: float, reveal: Reveal) -> None:
        """`url` is a reference."""
        self.name = name
        self._url = url
        self._timeout_s = timeout_s
        self._reveal = reveal

    async def send(self, message: Message) -> None:
        """See `Channel.send`; the key stands at the end of the text. Raises ChannelFailed."""
        await in_thread(lambda: self._send(message), f"channel {self.name}", _leave)

    def _send(self, message: Message) -> None:
        """Runs in the thread. Raises ChannelFailed."""
        try:
            import apprise  # an extra, and heavy
        except ImportError:
            raise ChannelFailed(
                "the package apprise is not installed: install rtp-tui[notify]", is_retryable=False
            ) from None
        # Its own lines would show parts of the URL.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        service = apprise.Apprise.instantiate(
            _bounded(revealed(self._url, self._reveal), self._timeout_s), suppress_exceptions=True
        )
        if service is None:
            raise ChannelFailed("what the url refers to is none that Apprise knows", is_retryable=False)
        everybody = apprise.Apprise()
        everybody.add(service)
        carried = everybody.notify(
            title=message.subject,
            body=f"{message.text}\n\n{message.key}",
            notify_type=_TYPES[message.severity],
            body_format="text",  # where nothing is said it is taken for the service's own, be that HTML
        )
        if not carried:
            raise ChannelFailed(f"Apprise could not send it to {service.service_name}", is_retryable=True)


def _leave() -> None:
    """Apprise ends by itself: its requests have the channel's timeout."""


def _bounded(url: str, timeout_s: float) -> str:
    """With timeouts for connecting and reading, where it has none of its own; `#` is a channel's sign to Apprise."""
    _, mark, query = url.partition("?")
    named = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    more = urlencode({name: f"{timeout_s:g}" for name in ("cto", "rto") if name not in named})
    return f"{url}{'&' if mark else '?'}{more}"
