"""What an address may ask for, and what it costs to remember."""

from rtp_tui.server.addresses import TrustedProxies
from rtp_tui.server.limits import Allowance, Bounds, Limits, bounds_of
from tests.fakes import FakeClock

FAR, OTHER, LOCAL, PROXY = "203.0.113.9", "203.0.113.10", "127.0.0.1", "10.0.0.1"
BOUNDS = Bounds(
    requests=Allowance(2, 3),
    connects=Allowance(1, 4),
    connections_per_address=2,
    clients_per_address=2,
    local_requests=Allowance(100, 50),
    local_connects=Allowance(100, 50),
    connections=10,
    local_connections=8,
    addresses=3,
)


def limits_at(clock: FakeClock, bounds: Bounds = BOUNDS) -> Limits:
    return Limits(bounds, clock, TrustedProxies((PROXY,)))


async def test_requests_are_let_through_up_to_a_burst_and_then_at_a_rate() -> None:
    limits = limits_at(clock := FakeClock())

    assert [limits.request_wait_s(FAR) for _ in range(4)] == [0, 0, 0, 0.5]
    assert limits.request_wait_s(OTHER) == 0
    await clock.advance(0.5)
    assert limits.request_wait_s(FAR) == 0
    assert limits.request_wait_s(FAR) == 0.5
    await clock.advance(1_000)
    assert [limits.request_wait_s(FAR) for _ in range(4)] == [0, 0, 0, 0.5]
    assert limits.refusals.requests == 3


def test_addresses_of_one_ipv6_site_share_what_is_allowed() -> None:
    limits = limits_at(FakeClock())

    waits = [limits.request_wait_s(f"2001:db8:0:1::{number}") for number in range(4)]
    assert waits == [0, 0, 0, 0.5]


def test_this_machine_may_ask_far_more_yet_not_without_end() -> None:
    limits = limits_at(FakeClock())

    assert [limits.request_wait_s(LOCAL) > 0 for _ in range(51)] == [False] * 50 + [True]


def test_an_address_has_so_many_connections_and_room_again_when_one_ends() -> None:
    limits = limits_at(FakeClock())

    assert [limits.connects(FAR) for _ in range(3)] == [True, True, False]
    assert limits.connects(OTHER)
    limits.disconnects(FAR)
    assert limits.connects(FAR)
    assert (limits.connections, limits.refusals.connections) == (3, 1)


async def test_who_connects_and_goes_too_fast_must_wait() -> None:
    limits = limits_at(clock := FakeClock())
    for _ in range(4):
        assert limits.connects(FAR)
        limits.disconnects(FAR)

    assert not limits.connects(FAR)
    await clock.advance(1)
    assert limits.connects(FAR)


def test_this_machine_cannot_take_the_last_connections_and_nobody_more_than_all() -> None:
    limits = limits_at(FakeClock())

    assert [limits.connects(LOCAL) for _ in range(9)] == [True] * 8 + [False]
    assert limits.connects(FAR)
    assert limits.connects(OTHER)
    assert not limits.connects("203.0.113.11")


def test_a_trusted_proxy_speaks_for_many() -> None:
    limits = limits_at(FakeClock())

    assert all(limits.connects(PROXY) for _ in range(10))
    assert not limits.connects(PROXY)


def test_websockets_of_an_address_are_bounded_but_not_those_of_this_machine() -> None:
    limits = limits_at(FakeClock())

    assert [limits.joins(FAR) for _ in range(3)] == [True, True, False]
    limits.leaves(FAR)
    assert limits.joins(FAR)
    assert all(limits.joins(LOCAL) for _ in range(50))
    assert limits.refusals.clients == 1


def test_addresses_heard_of_longest_ago_are_forgotten_and_counted() -> None:
    limits = limits_at(FakeClock())
    for _ in range(4):
        limits.request_wait_s(FAR)
    for number in range(2):
        limits.request_wait_s(f"198.51.100.{number}")
    assert limits.request_wait_s(FAR) > 0
    for number in range(5):
        limits.request_wait_s(f"198.51.100.{number}")

    assert limits.refusals.forgotten_addresses > 0
    assert len(limits._requests) == 3
    assert limits.request_wait_s(FAR) == 0


def test_nothing_of_an_address_stays_when_it_has_gone() -> None:
    limits = limits_at(FakeClock())
    limits.connects(FAR)
    limits.joins(FAR)
    limits.leaves(FAR)
    limits.disconnects(FAR)

    assert (dict(limits._connections), dict(limits._clients)) == ({}, {})


def test_connections_are_bounded_by_the_files_that_may_be_open() -> None:
    assert bounds_of(2_000, 100, files=20_000).connections == 5_000
    assert bounds_of(2_000, 100, files=800).connections == 800
    assert bounds_of(1, 1, files=-5).connections == 10
    assert bounds_of(5_000, 5_000, files=60_000).connects.at_once == 10_000
