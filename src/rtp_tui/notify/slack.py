"""Slack's incoming webhooks, https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks."""

import msgspec

from rtp_tui.clock import Clock
from rtp_tui.model.notifications import Message
from rtp_tui.notify.posting import Address, Poster, post

_MOST_CHARACTERS = 12_000
"""Slack cuts at 40,000."""


class SlackChannel:
    """Posts text; Slack knows no keys, so a message that is repeated is shown twice."""

    def __init__(self, name: str, address: Address, http: Poster, clock: Clock) -> None:
        self.name = name
        self._address = address
        self._http = http
        self._clock = clock

    async def send(self, message: Message) -> None:
        """See `Channel.send`. Raises ChannelFailed."""
        text = f"*{_escaped(message.subject)}*\n{_escaped(message.text)}"
        body = msgspec.json.encode({"text": text[:_MOST_CHARACTERS]})
        await post(self._http, self._address, body, self._clock.now_ms(), {"Idempotency-Key": message.key})


def _escaped(text: str) -> str:
    """The three characters that Slack takes for markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
