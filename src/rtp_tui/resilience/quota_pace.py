"""Slowing down before a provider's limit: the last part of a quota is spread over what is left of its window. Pure."""

from rtp_tui.model.feeds import Quota

RESERVE = 0.2
"""The share of a quota that is spread; before it calls are made as they come."""


class QuotaPace:
    """Says how long to wait before the next call, from what the provider tells after each.

    Calls may cost different amounts, which providers count and we do not: what the newest one cost is
    taken for what the next one will.
    """

    def __init__(self) -> None:
        self._last: Quota | None = None

    def pause_s(self, quota: Quota, now_ms: int) -> float:
        """Seconds until the next call; 0 while there is plenty, or nothing is known of the window."""
        cost = self._cost(quota)
        self._last = quota
        left = _left(quota)
        if left is None or quota.limit is None or quota.reset_ms is None or quota.reset_ms <= now_ms:
            return 0.0
        if left > quota.limit * RESERVE:
            return 0.0
        window_s = (quota.reset_ms - now_ms) / 1000
        calls_left = left // cost
        return window_s / calls_left if calls_left >= 1 else window_s

    def _cost(self, quota: Quota) -> int:
        before = None if self._last is None else _left(self._last)
        now = _left(quota)
        return max(1, before - now) if before is not None and now is not None else 1


def _left(quota: Quota) -> int | None:
    if quota.left is not None:
        return max(0, quota.left)
    if quota.limit is None or quota.used is None:
        return None
    return max(0, quota.limit - quota.used)
