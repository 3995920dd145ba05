"""Which parts a health score adds up from, and how many points each can give."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import asdict

from rtp_tui.monitoring.settings import HealthSettings, HealthWeights

PROFILES: Mapping[str, HealthWeights] = {
    "rtp": HealthWeights(freshness=35, completeness=20, error_rate=15, connections=15, jobs=10, resources=5),
    "equities": HealthWeights(running=30, market_hours=20, error_rate=25, freshness=15, performance=10),
    "signals": HealthWeights(
        running=30, data_flowing=25, websocket=20, bars_ready=10, strategies=10, low_errors=5
    ),
    "own": HealthWeights(),
}


class Profile(Struct, frozen=True):
    """The parts that count, in order, each with its points; parts that do not apply are scaled away."""

    name: str
    weights: tuple[tuple[str, float], ...]
    """By the names of parts: `error rate`."""


def profile_of(settings: HealthSettings) -> Profile:
    """The profile that is asked for, with the weights that replace its own."""
    replaced = {name: points for name, points in asdict(settings.weights).items() if points is not None}
    points_by_key = asdict(PROFILES[settings.profile]) | replaced
    return Profile(
        settings.profile,
        tuple((key.replace("_", " "), points) for key, points in points_by_key.items() if points),
    )


RTP = profile_of(HealthSettings())
"""The default one."""
