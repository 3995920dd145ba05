"""What every provider lets us ask in the window that runs now, as it told last."""

from collections.abc import Callable

from rtp_tui.model.feeds import KeyStatus, Quota


def no_quota() -> Quota | None:
    """Of a provider that tells none."""
    return None


def no_keys() -> tuple[KeyStatus, ...]:
    """Of a provider that needs none."""
    return ()


class Quotas:
    """The newest word of each provider; `heed` is told too, so that we slow down before the limit."""

    def __init__(self, heed: Callable[[str, Quota], None]) -> None:
        self._told: dict[str, Quota] = {}
        self._heed = heed

    def note(self, provider: str, quota: Quota) -> None:
        """Take a provider's word."""
        self._told[provider] = quota
        self._heed(provider, quota)

    def of(self, provider: str) -> Quota | None:
        """What a provider told last."""
        return self._told.get(provider)
