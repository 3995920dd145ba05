"""How much one address may ask for: connections, requests and WebSockets, each within its bound.

Addresses are counted by group (an IPv6 site is one caller). Programs of this machine get far more, yet
not without end, and never the last connections, so that one gone wild leaves room for the others.
"""

from collections import Counter, OrderedDict

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.server.addresses import TrustedProxies, group_of, is_loopback


class Allowance(Struct, frozen=True):
    """A rate, and how much may come at once after a pause."""

    per_s: float
    at_once: int


class Bounds(Struct, frozen=True, kw_only=True):
    """What is allowed to an address of another machine, to this machine, and to all together."""

    requests: Allowance = Allowance(50, 200)
    connects: Allowance = Allowance(20, 400)
    connections_per_address: int = 200
    clients_per_address: int = 100
    """WebSockets; this machine is exempt."""
    local_requests: Allowance = Allowance(10_000, 20_000)
    local_connects: Allowance = Allowance(2_000, 8_000)
    connections: int = 5_000
    local_connections: int = 4_500
    addresses: int = 10_000
    """Whose rates are remembered; the ones heard of longest ago are forgotten first."""


def bounds_of(max_clients: int, max_clients_per_address: int, files: int) -> Bounds:
    """What fits the configured numbers of WebSockets, and so many connections as files may be open."""
    connections = max(10, min(2 * max_clients + 1_000, files))
    per_address = 2 * max_clients_per_address
    return Bounds(
        connects=Allowance(20, max(400, per_address)),
        connections_per_address=min(per_address, connections),
        clients_per_address=max_clients_per_address,
        connections=connections,
        local_connections=connections - connections // 10,
    )


class Refusals(Struct, kw_only=True):
    """How often a bound was met, since the start."""

    connections: int = 0
    requests: int = 0
    clients: int = 0
    flooding_clients: int = 0
    late_requests: int = 0
    """Connections dropped because a request did not arrive whole in time."""
    stalled_responses: int = 0
    """Connections dropped because a response was not read."""
    forgotten_addresses: int = 0


class Bucket:
    """Tokens that come at a rate, up to a number."""

    __slots__ = ("_filled_at_s", "_tokens")

    def __init__(self, allowance: Allowance, now_s: float) -> None:
        self._tokens = float(allowance.at_once)
        self._filled_at_s = now_s

    def take(self, allowance: Allowance, now_s: float, count: int = 1) -> float:
        """Take tokens; 0 where they were there, else the seconds until they would be, and none is taken."""
        gained = max(0.0, now_s - self._filled_at_s) * allowance.per_s
        self._tokens = min(float(allowance.at_once), self._tokens + gained)
        self._filled_at_s = now_s
        if self._tokens < count:
            return (count - self._tokens) / allowance.per_s
        self._tokens -= count
        return 0.0


class Buckets:
    """A bucket for each address that was heard of lately."""

    def __init__(self, limit: int) -> None:
        self.forgotten = 0
        self._limit = limit
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, group: str, allowance: Allowance, now_s: float) -> float:
        """See `Bucket.take`."""
        bucket = self._buckets.get(group)
        if bucket is None:
            bucket = self._buckets[group] = Bucket(allowance, now_s)
            if len(self._buckets) > self._limit:
                self._buckets.popitem(last=False)
                self.forgotten += 1
        else:
            self._buckets.move_to_end(group)
        return bucket.take(allowance, now_s)


class Limits:
    """Counts who is there and how often they come, and says when it is too much."""

    def __init__(self, bounds: Bounds, clock: Clock, proxies: TrustedProxies) -> None:
        self.connections = 0
        self._bounds = bounds
        self._clock = clock
        self._proxies = proxies
        self._refusals = Refusals()
        self._connections: Counter[str] = Counter()
        self._clients: Counter[str] = Counter()
        self._requests = Buckets(bounds.addresses)
        self._connects = Buckets(bounds.addresses)

    @property
    def refusals(self) -> Refusals:
        """The counters; those who refuse elsewhere add to them."""
        self._refusals.forgotten_addresses = self._requests.forgotten + self._connects.forgotten
        return self._refusals

    def connects(self, address: str) -> bool:
        """A connection begins; false, and counted, where it must not. A trusted proxy is bound by the total alone."""
        group = group_of(address)
        if self.connections >= self._bounds.connections or not self._may_connect(address, group):
            self._refusals.connections += 1
            return False
        self.connections += 1
        self._connections[group] += 1
        return True

    def disconnects(self, address: str) -> None:
        """A connection that was let in ended."""
        self.connections -= 1
        _subtract(self._connections, group_of(address))

    def request_wait_s(self, address: str) -> float:
        """A request; 0 where it may go on, else counted, and the seconds until the next may come."""
        allowance = self._bounds.local_requests if is_loopback(address) else self._bounds.requests
        wait_s = self._requests.take(group_of(address), allowance, self._clock.monotonic())
        self._refusals.requests += wait_s > 0
        return wait_s

    def joins(self, address: str) -> bool:
        """A WebSocket begins; false, and counted, where the address has too many."""
        group = group_of(address)
        if self._clients[group] >= self._bounds.clients_per_address and not is_loopback(address):
            self._refusals.clients += 1
            return False
        self._clients[group] += 1
        return True

    def leaves(self, address: str) -> None:
        """A WebSocket that was let in ended."""
        _subtract(self._clients, group_of(address))

    def _may_connect(self, address: str, group: str) -> bool:
        bounds = self._bounds
        if self._proxies.trusts(address):
            return True
        is_local = is_loopback(address)
        most = bounds.local_connections if is_local else bounds.connections_per_address
        if self._connections[group] >= most:
            return False
        allowance = bounds.local_connects if is_local else bounds.connects
        return not self._connects.take(group, allowance, self._clock.monotonic())


def _subtract(counts: Counter[str], group: str) -> None:
    counts[group] -= 1
    if counts[group] <= 0:
        del counts[group]
