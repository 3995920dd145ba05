"""Bytes that went over the network."""


class Traffic:
    """Counts since the start, of everybody who was given it; what a protocol adds around content is left out."""

    __slots__ = ("received", "sent")

    def __init__(self) -> None:
        self.received = 0
        self.sent = 0
