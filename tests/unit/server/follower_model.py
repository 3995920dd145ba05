"""What a client knows that does no more than the protocol asks of it: `seq`, `prev`, `gap`, `snapshot`."""

from typing import Any


class FollowerModel:
    """Folds what it is told, and notices what it was not told."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.seqs: dict[str, int] = {}
        self._gaps: dict[str, int] = {}

    def hear(self, message: Any) -> None:
        kind = message["type"]
        if kind == "ack":
            return
        channel = message["channel"]
        if kind == "gap":
            assert message["from"] <= message["to"]
            self._gaps[channel] = message["to"]
            return
        if kind == "snapshot":
            assert self._gaps.pop(channel, message["seq"]) == message["seq"]
        else:
            self._follow(channel, message)
        assert message["seq"] >= self.seqs.get(channel, 0), "time does not run backwards"
        self.seqs[channel] = message["seq"]
        self.data[channel] = message["data"]

    def forget(self, channel: str) -> None:
        """It is no longer followed."""
        for known in (self.data, self.seqs, self._gaps):
            known.pop(channel, None)

    def _follow(self, channel: str, message: Any) -> None:
        assert channel in self.data, "an update comes after what it updates"
        assert channel not in self._gaps, "a gap is closed by a snapshot"
        assert message["seq"] > self.seqs[channel], "nothing is told twice"
        if "prev" in message:
            assert message["prev"] == self.seqs[channel], "a break is announced"
