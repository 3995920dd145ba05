"""One question under way, shared by all who want its answer."""

import asyncio
from typing import Generic, TypeVar

from msgspec import Struct

from rtp_tui.cache.entries import Question

ValueT = TypeVar("ValueT")


class Cached(Struct, Generic[ValueT], frozen=True):
    """A value, when it was learned, and whether it may have changed since."""

    value: ValueT
    stored_ms: int
    is_stale: bool = False


class Grounded(Exception):
    """The cache ended while it was asking; whoever waits may ask by themselves."""


class Flight:
    """One question under way, and all who wait for its answer."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self._landing: asyncio.Future[Cached[object]] = asyncio.get_running_loop().create_future()

    def land(self, cached: Cached[object]) -> None:
        """Give the answer to all who wait."""
        self._landing.set_result(cached)

    def fail(self, error: Exception) -> None:
        """Give the failure to all who wait; it is no fault that nobody does."""
        if not self._landing.done():
            self._landing.set_exception(error)
            self._landing.exception()

    async def wait(self) -> Cached[object]:
        """The answer. Raises what the question raised, or Grounded. Who is cancelled here leaves alone."""
        await asyncio.wait((self._landing,))
        return self._landing.result()
