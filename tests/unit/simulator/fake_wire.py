"""A connection that remembers what was written to it."""

from asyncio import Transport

from websockets.protocol import State


class FakeTransport(Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.unsent = 0
        self.aborted = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def abort(self) -> None:
        self.aborted = True


class FakeWire:
    def __init__(self) -> None:
        self.sink = FakeTransport()
        self.transport: Transport = self.sink
        self.state = State.OPEN

    async def close(self, code: int = 1000, reason: str = "") -> None: ...
