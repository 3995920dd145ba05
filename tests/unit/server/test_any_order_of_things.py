"""Whatever happens in whatever order, a client that follows the protocol ends with what the engine knows."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_tui.api.frames import FrameError
from rtp_tui.api.operations import Subscribe, Unsubscribe
from rtp_tui.model.events import Event
from rtp_tui.server.client import HIGH_WATER_BYTES
from rtp_tui.server.hub import HELD_S, Hub
from rtp_tui.server.journal import Journal
from rtp_tui.server.rendering import Rendering
from tests.factories import BTC, ETH, a_health_report, a_quote, a_verdict
from tests.fakes import FakeClock
from tests.scripted_pipeline import a_snapshot
from tests.unit.server.fake_wire import FakeWire, a_client
from tests.unit.server.follower_model import FollowerModel

FOLLOWERS = 4
KEPT_EVENTS = 6
CHANNELS = ("crypto:BTC", "crypto:ETH", "health", "quality")


class HeldClock(FakeClock):
    """Time passes while it is read, so that writing takes several turns."""

    reading_s = 0.0

    def monotonic(self) -> float:
        self._monotonic += self.reading_s
        return self._monotonic

    def pass_by(self, seconds: float) -> None:
        self._monotonic += seconds
        self._now_ms += seconds * 1000


class Follower:
    """A client on a wire, and what it makes of what it reads."""

    def __init__(self, hub: Hub, id: int) -> None:  # noqa: A002
        self.wire = FakeWire()
        self.client = a_client(self.wire, id)
        self.model = FollowerModel()
        self.followed: set[str] = set()
        self._hub = hub
        hub.join(self.client)

    def subscribe(self, channels: tuple[str, ...], pace_ms: int) -> None:
        try:
            self._hub.subscribe(self.client, Subscribe(channels=channels, conflate_ms=pace_ms))
        except FrameError:
            # Too slow: it is to read what it was sent first.
            return
        self.read()
        self.followed |= set(channels)

    def unsubscribe(self, channel: str) -> None:
        order = Unsubscribe(channels=(channel,))
        self._hub.unsubscribe(self.client, order, order.channels)
        self.read()
        self.followed.discard(channel)
        self.model.forget(channel)

    def read(self) -> None:
        for message in self.wire.take():
            self.model.hear(message)


class World:
    """A hub with followers, and an engine that counts."""

    def __init__(self, reading_s: float) -> None:
        self.clock = HeldClock()
        self.clock.reading_s = reading_s
        self.journal = Journal(KEPT_EVENTS)
        self.hub = Hub(self.journal, Rendering(self.journal, self.clock, "9.9.9"), self.clock)
        self.hub.load(a_snapshot())
        self.followers = [Follower(self.hub, number) for number in range(FOLLOWERS)]

    def settle(self) -> None:
        """Everybody reads, and nothing more happens."""
        for follower in self.followers:
            follower.wire.backlog = 0
        self.hub.sweep()
        self.clock.pass_by(60)
        while self.hub.flush() is not None:
            self.clock.pass_by(1)
        for follower in self.followers:
            follower.read()


Deed = Callable[[World], object]
_followers = st.integers(0, FOLLOWERS - 1)
_channels = st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=3, unique=True).map(tuple)


def _happens(payload: object) -> Deed:
    return lambda world: world.hub.note(Event(world.journal.seq + 1, payload))  # type: ignore[arg-type]


def _presses(number: int, backlog: int) -> Deed:
    return lambda world: setattr(world.followers[number].wire, "backlog", backlog)


_events = st.one_of(
    st.builds(
        lambda one, price: a_quote(instrument=one, price=price), st.sampled_from((BTC, ETH)), st.floats(1, 9)
    ),
    st.sampled_from(["live", "stale"]).map(lambda freshness: a_verdict(freshness=freshness)),
    st.integers(0, 100).map(lambda score: a_health_report(score=score)),
).map(_happens)
_deeds = st.one_of(
    _events,
    _events,
    st.just(lambda world: world.hub.flush()),
    st.just(lambda world: world.hub.sweep()),
    st.floats(0.01, 0.3).map(lambda seconds: lambda world: world.clock.pass_by(seconds)),
    st.builds(
        lambda number, channels, pace: lambda world: world.followers[number].subscribe(channels, pace),
        _followers,
        _channels,
        st.sampled_from((0, 0, 50, 100)),
    ),
    st.builds(
        lambda number, channel: lambda world: world.followers[number].unsubscribe(channel),
        _followers,
        st.sampled_from(CHANNELS),
    ),
    st.builds(_presses, _followers, st.sampled_from((0, HIGH_WATER_BYTES + 1))),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_deeds, max_size=60), st.sampled_from((0.0, HELD_S / 2)))
def test_a_client_that_follows_the_protocol_ends_with_what_the_engine_knows(
    deeds: list[Deed], reading_s: float
) -> None:
    world = World(reading_s)
    for deed in deeds:
        deed(world)
    world.settle()
    quotes = world.journal.state.market.quotes
    for follower in world.followers:
        assert follower.followed == set(follower.model.seqs)
        for channel, seq in follower.model.seqs.items():
            assert seq == world.journal.channel_seq(channel)
        for instrument in (BTC, ETH):
            if instrument in follower.followed and instrument in quotes:
                assert follower.model.data[instrument]["price"] == quotes[instrument].price
