"""What sources are given in tests: a scripted HTTP client, keys that are their references, quotas that are noted."""

from collections.abc import Callable, Sequence

from rtp_tui.clock import Clock
from rtp_tui.feeds.key_ring import KeyRing
from rtp_tui.model.feeds import Quota
from rtp_tui.sources.asking import Http
from rtp_tui.sources.contract import Keys
from rtp_tui.sources.equipment import Equipment
from tests.fakes import FakeClock


class Quotas:
    """What sources told of their providers' quotas."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Quota]] = []

    def note(self, provider: str, quota: Quota) -> None:
        self.told.append((provider, quota))


def equipment(
    http: Http | Callable[[str], Http],
    clock: Clock | None = None,
    reveal: Callable[[str], str] = str,
    quotas: Quotas | None = None,
) -> Equipment:
    """`http` answers at every address, or is asked for a client at one."""
    given = clock or FakeClock()

    def keys_of(provider: str, references: Sequence[str], on_quota: str) -> Keys:
        return KeyRing(references, reveal, given, "next" if on_quota == "next" else "wait")

    def http_at(address: str) -> Http:
        return http(address) if callable(http) else http

    return Equipment(
        clock=given,
        http_at=http_at,
        archive_http_at=http_at,
        keys_of=keys_of,
        paced=lambda client, calls_per_s: client,
        note_quota=(quotas or Quotas()).note,
    )
