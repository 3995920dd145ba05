"""What is kept, and what had to go: bounded, each entry for its time, the least recently used first out."""

from collections.abc import Awaitable, Callable

from cachetools import Cache, TLRUCache
from msgspec import Struct

Load = Callable[[], Awaitable[object]]


class Question(Struct, frozen=True):
    """How a value is asked for, and how long its answer is worth keeping."""

    load: Load
    ttl_s: float
    is_final: bool = False
    """The answer does not change any more, and is never stale."""


class Entry(Struct):
    """A value, and what it takes to judge whether it is worth its place."""

    value: object
    question: Question
    """Asks for it anew."""
    stored_s: float
    stored_ms: int
    bytes: int
    asked: int = 0
    """How often it was given to somebody since it is here."""


class Entries(TLRUCache[str, Entry]):
    """Entries by key; counts those that expired and those that were evicted."""

    def __init__(self, limit: int, timer: Callable[[], float]) -> None:
        super().__init__(limit, _expiry, timer)
        self.expirations = 0
        self.evictions = 0

    def expire(self, time: float | None = None) -> list[tuple[str, Entry]]:
        expired = list(super().expire(time))
        self.expirations += len(expired)
        return expired

    def popitem(self) -> tuple[str, Entry]:
        key, entry = super().popitem()
        self.evictions += 1
        return key, entry

    def peek(self, key: str) -> Entry:
        """An entry that is there, without counting as a use of it."""
        return Cache.__getitem__(self, key)

    def drop(self, is_unwanted: Callable[[str, Entry], bool]) -> int:
        """Forget the entries that are unwanted; how many they were."""
        unwanted = [key for key in self if is_unwanted(key, self.peek(key))]
        for key in unwanted:
            self.pop(key, None)
        return len(unwanted)


def _expiry(_key: str, entry: Entry, now_s: float) -> float:
    return now_s + entry.question.ttl_s
