"""What carries messages to people: one way, and the two ways in which it can fail."""

from typing import Protocol

from rtp_tui.model.notifications import Message

__all__ = ["Channel", "ChannelFailed", "Message"]


class ChannelFailed(Exception):
    """A message was not carried; the words are safe to show and hold no secret."""

    def __init__(self, words: str, *, is_retryable: bool, retry_after_s: float | None = None) -> None:
        super().__init__(words)
        self.is_retryable = is_retryable
        """The same message may be carried later."""
        self.retry_after_s = retry_after_s
        """How long the other side asks us to wait."""


class Channel(Protocol):
    """One way to people."""

    @property
    def name(self) -> str:
        """As the configuration calls it."""
        ...

    async def send(self, message: Message) -> None:
        """Carry a message once; the same `key` may come again. Raises ChannelFailed."""
        ...
