"""What providers let us do: their keys and quotas, from the sources that use them to the feeds that show them."""

from collections.abc import Callable, Sequence

from rtp_tui.clock import Clock
from rtp_tui.feeds.key_ring import KeyRing
from rtp_tui.feeds.quotas import Quotas
from rtp_tui.model.feeds import KeyStatus, Quota
from rtp_tui.net.paced import PacedHttp
from rtp_tui.sources.asking import Http
from rtp_tui.sources.contract import Keys
from rtp_tui.sources.equipment import Equipment


class Allowances:
    """One key ring for each provider with keys; the newest quota of each that tells it."""

    def __init__(
        self, clock: Clock, reveal: Callable[[str], str], heed: Callable[[str, Quota], None]
    ) -> None:
        self._clock = clock
        self._reveal = reveal
        self._quotas = Quotas(heed)
        self._rings: dict[str, KeyRing] = {}

    def equipment(self, http_at: Callable[[str], Http], archive_http_at: Callable[[str], Http]) -> Equipment:
        """What sources are built with."""
        return Equipment(self._clock, http_at, archive_http_at, self._keys_of, self._paced, self._quotas.note)

    def quota(self, provider: str) -> Quota | None:
        """What a provider told last."""
        return self._quotas.of(provider)

    def keys(self, provider: str) -> tuple[KeyStatus, ...]:
        """A provider's keys, none where it needs none."""
        ring = self._rings.get(provider)
        return () if ring is None else ring.status()

    def _paced(self, http: Http, calls_per_s: float) -> Http:
        return PacedHttp(http, self._clock, calls_per_s)

    def _keys_of(self, provider: str, references: Sequence[str], on_quota: str) -> Keys:
        ring = KeyRing(references, self._reveal, self._clock, "next" if on_quota == "next" else "wait")
        self._rings[provider] = ring
        return ring
