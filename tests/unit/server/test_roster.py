"""Who follows, as it is told and listed."""

from rtp_tui.api.operations import Subscribe
from rtp_tui.model.clients import LISTED_CLIENTS, Scope
from rtp_tui.server.caller import Caller
from rtp_tui.server.client import HIGH_WATER_BYTES, Client
from rtp_tui.server.hub import Hub
from rtp_tui.server.journal import Journal
from rtp_tui.server.rendering import Rendering
from rtp_tui.server.roster import NEWS_EVERY_S, Roster
from tests.fakes import FakeClock
from tests.scripted_pipeline import a_snapshot
from tests.unit.server.fake_wire import FakeWire, a_client


class AServer:
    """A hub with its roster, and followers on wires that a test can stall."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        journal = Journal(100)
        self.hub = Hub(journal, Rendering(journal, self.clock, "9.9.9"), self.clock)
        self.hub.load(a_snapshot())
        self.roster = Roster(self.hub, self.clock)
        self.wires: dict[int, FakeWire] = {}

    def join(self, number: int, caller: Caller | None = None) -> Client:
        wire = self.wires[number] = FakeWire()
        client = a_client(wire, number, caller) if caller else a_client(wire, number)
        self.hub.join(client)
        return client

    def stall(self, number: int) -> None:
        self.wires[number].backlog = HIGH_WATER_BYTES + 1
        self.hub.sweep()

    def later(self, seconds: float = NEWS_EVERY_S) -> None:
        self.clock.freeze(seconds)


def test_nothing_is_told_while_nobody_has_come() -> None:
    server = AServer()
    server.later()
    assert server.roster.news() is None


def test_who_came_and_who_went_is_told_at_most_every_two_seconds() -> None:
    server = AServer()
    client = server.join(1)
    server.later(NEWS_EVERY_S - 0.5)
    assert server.roster.news() is None
    server.later(0.5)
    told = server.roster.news()
    server.hub.leave(client)
    assert server.roster.news() is None
    server.later()
    gone = server.roster.news()

    assert told is not None
    assert (told.total, [one.id for one in told.clients]) == (1, [1])
    assert gone is not None
    assert (gone.total, gone.clients) == (0, ())


def test_what_is_as_it_was_told_is_not_told_again() -> None:
    server = AServer()
    server.join(1)
    server.later()
    assert server.roster.news() is not None
    server.later()
    assert server.roster.news() is None


def test_counters_that_moved_are_told_with_the_rate_since() -> None:
    server = AServer()
    client = server.join(1)
    server.later()
    server.roster.news()
    client.write([b"{}"] * 5)
    server.later()
    told = server.roster.news()

    assert told is not None
    assert (told.clients[0].sent, told.clients[0].rate) == (5, 2.5)
    assert server.roster.clients()[0].rate == 2.5


def test_who_fell_behind_is_told_first_then_who_was_sent_most() -> None:
    server = AServer()
    for number in (1, 2, 3):
        server.join(number).write([b"{}"] * number)
    server.stall(1)
    server.later()
    told = server.roster.news()

    assert told is not None
    assert [(one.id, one.is_behind) for one in told.clients] == [(1, True), (3, False), (2, False)]
    assert told.clients[0].buffered_bytes > HIGH_WATER_BYTES


def test_of_very_many_some_are_named_and_all_are_counted() -> None:
    server = AServer()
    for number in range(LISTED_CLIENTS + 50):
        server.join(number)
    server.stall(LISTED_CLIENTS + 40)
    server.later()
    told = server.roster.news()

    assert told is not None
    assert (told.total, len(told.clients), told.clients[0].id) == (150, LISTED_CLIENTS, 140)
    assert len(server.roster.clients()) == 150


def test_a_follower_is_listed_with_its_name_its_scope_and_what_it_follows() -> None:
    server = AServer()
    client = server.join(4, Caller(address="10.0.0.4", name="ops", scope=Scope.READ))
    server.hub.subscribe(client, Subscribe(channels=("crypto:*", "jobs"), conflate_ms=250))

    (listed,) = server.roster.clients()

    assert (listed.id, listed.address, listed.name, listed.scope) == (4, "10.0.0.4", "ops", "read")
    assert (listed.channels, listed.conflate_ms, listed.gaps) == (2, 250, 0)


def test_one_who_is_sent_away_is_told_why_and_is_gone_and_the_others_stay() -> None:
    server = AServer()
    server.join(1)
    server.join(2)

    assert server.roster.disconnect(1)
    assert [wire.closed for wire in server.wires.values()] == [4003, None]
    assert [one.id for one in server.roster.clients()] == [2]
    assert not server.roster.disconnect(1)
