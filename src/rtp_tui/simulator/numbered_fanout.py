"""A fanout whose events are numbered on each connection, so that a lost one can be told."""

from rtp_tui.simulator.coinbase_advanced import numbered
from rtp_tui.simulator.fanout import Fanout, Subscriber, text_frame


class NumberedFanout(Fanout):
    """Numbers from 0; one that is skipped is never sent."""

    def __init__(self) -> None:
        super().__init__()
        self._next: dict[Subscriber, int] = {}

    def take(self, subscriber: Subscriber, text: str) -> str:
        """An event with the next number of a connection; what has gathered for it is written before."""
        self.flush()
        number = self._next.get(subscriber, 0)
        self._next[subscriber] = number + 1
        return numbered(text, number)

    def skip(self, stream: str) -> None:
        """An event of a stream is lost on its way to everybody who listens."""
        for subscriber in self._of_stream.get(stream, {}):
            self._next[subscriber] = self._next.get(subscriber, 0) + 1

    def leave(self, subscriber: Subscriber) -> None:
        """A connection is gone."""
        super().leave(subscriber)
        self._next.pop(subscriber, None)

    def _deliver(
        self, subscribers: dict[Subscriber, None], stream: str, text: str, *, is_bare: bool = False
    ) -> None:
        for subscriber in subscribers:
            number = self._next.get(subscriber, 0)
            written = numbered(text, number)
            if written != text:
                self._next[subscriber] = number + 1
            subscriber.outbox.append(text_frame(written))
            self.sent += 1
