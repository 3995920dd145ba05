"""Settings of the health score."""

from typing import Literal

from msgspec import Struct

ProfileName = Literal["rtp", "equities", "signals", "own"]


class HealthWeights(Struct, frozen=True, kw_only=True):
    """Points of each part of the score; None: as many as the profile gives it, 0: it does not count."""

    freshness: float | None = None
    completeness: float | None = None
    error_rate: float | None = None
    connections: float | None = None
    jobs: float | None = None
    resources: float | None = None
    running: float | None = None
    market_hours: float | None = None
    performance: float | None = None
    data_flowing: float | None = None
    websocket: float | None = None
    bars_ready: float | None = None
    strategies: float | None = None
    low_errors: float | None = None


class HealthSettings(Struct, frozen=True, kw_only=True):
    """What the health score adds up from."""

    profile: ProfileName = "rtp"
    """`own` has no parts but those of `weights`."""
    weights: HealthWeights = HealthWeights()
