"""All guards by the name of their endpoint: made on demand, steered by commands, announced."""

from collections.abc import Callable, Mapping
from random import Random

from rtp_tui.clock import Clock
from rtp_tui.model.breakers import BreakerStatus
from rtp_tui.model.commands import BreakerAction, ControlBreaker, Done
from rtp_tui.model.errors import UnknownBreaker
from rtp_tui.model.feeds import Quota
from rtp_tui.resilience.bulkhead import Bulkhead
from rtp_tui.resilience.guard import Classify, Guard
from rtp_tui.resilience.lane import Lane
from rtp_tui.resilience.settings import DEFAULT_POLICIES, PolicySettings

ANNOUNCE_EVERY_S = 1.0
MOST_CALLS = 32
"""Under way to all providers together."""
MOST_WAITING = 256

_DONE = {
    BreakerAction.RESET: "reset: closed, nothing remembered",
    BreakerAction.OPEN: "forced open until it is reset",
    BreakerAction.CLOSE: "forced closed until it is reset",
}


class Guards:
    """The guards of all endpoints; those of one provider, `provider/endpoint`, share its lane.

    `policies` are those of the configuration; the default ones exist besides them.
    """

    def __init__(
        self,
        clock: Clock,
        announce: Callable[[BreakerStatus], None],
        classify: Classify,
        rng: Random,
        policies: Mapping[str, PolicySettings],
    ) -> None:
        self._clock = clock
        self._announce = announce
        self._classify = classify
        self._rng = rng
        self._policies = {**DEFAULT_POLICIES, **policies}
        self._guards: dict[str, Guard] = {}
        self._lanes: dict[str, Lane] = {}
        self._spare: set[str] = set()
        self._overall = Bulkhead(MOST_CALLS, MOST_WAITING)

    def get(self, endpoint_name: str, policy_name: str = "default", *, is_spare: bool = False) -> Guard:
        """The endpoint's guard, made with this policy when first asked for.

        A provider's first guard also sets the rate limit and the places that its endpoints share. One that is
        `is_spare` is not told of before it is used. Raises ValueError for a policy that does not exist.
        """
        if endpoint_name not in self._guards:
            self._guards[endpoint_name] = self._new_guard(endpoint_name, policy_name)
            if is_spare:
                self._spare.add(endpoint_name)
            else:
                self._guards[endpoint_name].refresh()
        return self._guards[endpoint_name]

    def adopt(self, guard: Guard) -> None:
        """Show and steer, among the others, a guard that somebody made for what is no provider."""
        self._guards[guard.name] = guard
        guard.refresh()

    def status(self) -> list[BreakerStatus]:
        """All breakers as of now, by name, but spare ones that were not used yet."""
        return [self._guards[name].status() for name in sorted(self._guards) if self._is_known(name)]

    async def control(self, command: ControlBreaker) -> Done:
        """Reset a breaker or force its state. Raises UnknownBreaker."""
        guard = self._guards.get(command.breaker)
        if guard is None:
            raise UnknownBreaker(f"no breaker {command.breaker}")
        guard.control(command.action)
        return Done(message=f"breaker {guard.name} {_DONE[command.action]}", affected=(guard.name,))

    def heed(self, provider: str, quota: Quota) -> None:
        """Let a provider's guards slow down before its limit."""
        lane = self._lanes.get(provider)
        if lane is not None:
            lane.heed(quota, self._clock)

    async def run(self) -> None:
        """Once a second announce what changed, by calls or by the mere passing of time."""
        while True:
            await self._clock.sleep(ANNOUNCE_EVERY_S)
            for name, guard in tuple(self._guards.items()):
                if self._is_known(name):
                    guard.refresh()

    def _is_known(self, name: str) -> bool:
        if name in self._spare and self._guards[name].is_used:
            self._spare.discard(name)
        return name not in self._spare

    def _new_guard(self, name: str, policy_name: str) -> Guard:
        if policy_name not in self._policies:
            raise ValueError(f"no policy {policy_name}; there are {', '.join(sorted(self._policies))}")
        policy = self._policies[policy_name]
        provider = name.partition("/")[0]
        lane = self._lanes.setdefault(provider, Lane(policy, self._clock.monotonic(), self._overall))
        return Guard(
            name,
            policy,
            self._clock,
            self._announce,
            self._classify,
            self._rng,
            lane=lane,
            policy_name=policy_name,
        )
