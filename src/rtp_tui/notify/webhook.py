"""Anybody's webhook: JSON, with the key in a header, signed as https://www.standardwebhooks.com says."""

import base64
import hmac
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.model.alerts import Alert, Severity
from rtp_tui.model.notifications import Message
from rtp_tui.notify.channel import ChannelFailed
from rtp_tui.notify.posting import Address, Poster, post, revealed

_STANDARD = "whsec_"


class WebhookBody(Struct, frozen=True, kw_only=True):
    """What is posted."""

    key: str
    subject: str
    text: str
    severity: Severity
    at_ms: int
    alerts: tuple[Alert, ...]


class WebhookChannel:
    """Posts messages; `Idempotency-Key` tells one that is repeated."""

    def __init__(self, name: str, address: Address, http: Poster, clock: Clock, secret: str = "") -> None:
        """`secret` is a reference; empty: nothing is signed."""
        self.name = name
        self._address = address
        self._http = http
        self._clock = clock
        self._secret = secret

    async def send(self, message: Message) -> None:
        """See `Channel.send`. Raises ChannelFailed."""
        named = {name: getattr(message, name) for name in WebhookBody.__struct_fields__}
        body = msgspec.json.encode(WebhookBody(**named))
        now_ms = self._clock.now_ms()
        headers = {"Idempotency-Key": message.key, **dict(self._signature(message.key, body, now_ms))}
        await post(self._http, self._address, body, now_ms, headers)

    def _signature(self, key: str, body: bytes, now_ms: int) -> Iterator[tuple[str, str]]:
        if not self._secret:
            return
        secret = _key(revealed(self._secret, self._address.reveal))
        at = str(now_ms // 1000)
        signed = hmac.digest(secret, f"{key}.{at}.".encode() + body, "sha256")
        yield "webhook-id", key
        yield "webhook-timestamp", at
        yield "webhook-signature", f"v1,{base64.b64encode(signed).decode()}"


def _key(secret: str) -> bytes:
    """What the standard's form of a key stands for; any other text is the key itself. Raises ChannelFailed."""
    if not secret.startswith(_STANDARD):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_STANDARD), validate=True)
    except ValueError:
        raise ChannelFailed(
            f"the key begins with {_STANDARD} and is not Base64", is_retryable=False
        ) from None
