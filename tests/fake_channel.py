"""A channel of our own, for tests: does what it is told to."""

import asyncio
from collections import deque

from rtp_tui.model.notifications import Message


class FakeChannel:
    """Raises what stands next in `script`, and carries everything once that is empty."""

    def __init__(self, name: str = "slack") -> None:
        self.name = name
        self.carried: list[Message] = []
        self.attempts = 0
        self.script: deque[Exception] = deque()
        self.hangs = False

    async def send(self, message: Message) -> None:
        self.attempts += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.script:
            raise self.script.popleft()
        self.carried.append(message)
