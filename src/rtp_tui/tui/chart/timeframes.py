"""How long bars are that a chart can show."""

TIMEFRAMES_MS = {"1m": 60_000, "5m": 300_000, "15m": 900_000, "1h": 3_600_000, "1d": 86_400_000}
NAMES = tuple(TIMEFRAMES_MS)


def next_timeframe(name: str, by: int) -> str:
    """The one so many steps longer, or shorter where `by` is negative; the last one at the end."""
    return NAMES[max(0, min(len(NAMES) - 1, NAMES.index(name) + by))]
