"""The keys of one provider: which to show now, which were refused, which are used up. Told the time."""

from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.model.feeds import KeyState, KeyStatus
from rtp_tui.sources.contract import AccessDenied, Key, RateLimited

FIRST_QUARANTINE_S, LONGEST_QUARANTINE_S = 600.0, 6 * 3600.0
"""How long a refused key is left alone; twice as long each time that it is refused again."""
EXHAUSTED_S = 60.0
"""How long a used-up key is left alone where the provider does not say."""

OnQuota = Literal["wait", "next"]


class _Held(Struct):
    """One key and what became of it."""

    reference: str
    state: KeyState = KeyState.USABLE
    until_s: float = 0.0
    until_ms: int | None = None
    refusals: int = 0
    refused_secret: str = ""


class KeyRing:
    """Hands out the first key that is usable, in the order of the configuration.

    A refused key is set aside until it may have recovered, or until its reference reveals another secret. At the
    end of a key's quota the next one is taken only where that is allowed (`on_quota = "next"`): some providers
    forbid it.
    """

    def __init__(
        self,
        references: Sequence[str],
        reveal: Callable[[str], str],
        clock: Clock,
        on_quota: OnQuota = "wait",
    ) -> None:
        self._held = [_Held(reference) for reference in references]
        self._reveal = reveal
        self._clock = clock
        self._on_quota = on_quota

    def take(self) -> Key:
        """The key to show now. Raises AccessDenied where none is usable, RateLimited where all are used up."""
        now_s = self._clock.monotonic()
        soonest_s: float | None = None
        for held in self._held:
            key = self._usable(held, now_s)
            if key is not None:
                return key
            if held.state is KeyState.EXHAUSTED:
                soonest_s = held.until_s if soonest_s is None else min(soonest_s, held.until_s)
                if self._on_quota == "wait":
                    break
        if soonest_s is not None:
            raise RateLimited("the quota of every usable key is used up", soonest_s - now_s)
        raise AccessDenied(self._why_none())

    def reject(self, key: Key) -> None:
        """The provider refused this key: set it aside."""
        held = self._of(key)
        held.refusals += 1
        held.refused_secret = key.secret
        pause_s = min(LONGEST_QUARANTINE_S, FIRST_QUARANTINE_S * 2.0 ** min(held.refusals - 1, 30))
        self._set_aside(held, KeyState.REJECTED, pause_s)

    def exhaust(self, key: Key, retry_after_s: float | None = None) -> None:
        """The quota of this key is used up."""
        pause_s = EXHAUSTED_S if retry_after_s is None else max(0.0, retry_after_s)
        self._set_aside(self._of(key), KeyState.EXHAUSTED, pause_s)

    def status(self) -> tuple[KeyStatus, ...]:
        """Every key by its reference."""
        now_s = self._clock.monotonic()
        return tuple(
            KeyStatus(
                reference=held.reference,
                state=held.state,
                until_ms=held.until_ms if held.until_s > now_s else None,
            )
            for held in self._held
        )

    def _set_aside(self, held: _Held, state: KeyState, pause_s: float) -> None:
        held.state = state
        held.until_s = self._clock.monotonic() + pause_s
        held.until_ms = self._clock.now_ms() + round(pause_s * 1000)

    def _usable(self, held: _Held, now_s: float) -> Key | None:
        try:
            secret = self._reveal(held.reference)
        except AccessDenied:
            held.state, held.until_s = KeyState.MISSING, 0.0
            return None
        if now_s < held.until_s and not self._is_another(held, secret):
            return None
        held.state, held.until_s = KeyState.USABLE, 0.0
        return Key(held.reference, secret)

    def _is_another(self, held: _Held, secret: str) -> bool:
        """Whether the reference reveals something else than what was refused."""
        if held.state is not KeyState.REJECTED or secret == held.refused_secret:
            return False
        held.refusals = 0
        return True

    def _of(self, key: Key) -> _Held:
        return next(held for held in self._held if held.reference == key.reference)

    def _why_none(self) -> str:
        if not self._held:
            return "a key is needed, and none is configured (api_keys)"
        return "no usable key: " + ", ".join(f"{held.reference} {held.state}" for held in self._held)
