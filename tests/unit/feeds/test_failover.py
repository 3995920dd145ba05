from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.feeds.failover import (
    DISCONNECT_GRACE_MS,
    FIRST_RETURN_S,
    LONGEST_RETURN_S,
    Candidate,
    Failover,
)
from rtp_tui.model.feeds import ActiveFeed
from tests.factories import BTC

FIRST, SECOND, THIRD = FEEDS = ("venue:BTC", "other:BTC", "asked:bitcoin")
CADENCES_MS = {FIRST: 1_000, SECOND: 5_000, THIRD: 60_000}


class Scene:
    """An instrument on three feeds that speak until they are told not to; a second a step."""

    def __init__(self, feeds: Sequence[str] = FEEDS) -> None:
        self.feeds = tuple(feeds)
        self.now_s = 100.0
        self.failover = Failover(BTC, feeds, self.now_ms, self.now_s)
        self.heard_ms: dict[str, int | None] = dict.fromkeys(feeds)
        self.down_ms: dict[str, int | None] = dict.fromkeys(feeds)
        self.silent: set[str] = set()
        self.switches: list[ActiveFeed] = []
        self.in_session = True

    @property
    def now_ms(self) -> int:
        return round(self.now_s * 1000)

    @property
    def active(self) -> str:
        return self.failover.active.feed

    def cut(self, feed: str) -> None:
        self.down_ms[feed] = self.now_ms

    def mend(self, feed: str) -> None:
        self.down_ms[feed] = None
        self.silent.discard(feed)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.now_s += 1
            for feed in self.feeds:
                if feed not in self.silent and self.down_ms[feed] is None:
                    self.heard_ms[feed] = self.now_ms
            chosen = self.failover.choose(
                [
                    Candidate(feed, CADENCES_MS[feed], self.heard_ms[feed], self.down_ms[feed], "cut")
                    for feed in self.feeds
                ],
                self.now_ms,
                self.now_s,
                in_session=self.in_session,
            )
            if chosen is not None:
                self.switches.append(chosen)


def test_while_it_is_heard_the_preferred_feed_prices() -> None:
    scene = Scene()
    scene.run(600)
    assert (scene.active, scene.switches) == (FIRST, [])


def test_a_lost_connection_is_replaced_by_the_next_healthy_feed() -> None:
    scene = Scene()
    scene.run(60)
    scene.cut(FIRST)
    scene.run(DISCONNECT_GRACE_MS / 1000)
    assert scene.active == SECOND
    assert scene.failover.active.reason == f"{FIRST} has no connection: cut"
    scene.cut(SECOND)
    scene.run(5)
    assert scene.active == THIRD
    assert "venue:BTC has no connection" in scene.failover.active.reason
    assert "other:BTC has no connection" in scene.failover.active.reason


def test_a_connection_that_is_back_at_once_changes_nothing() -> None:
    scene = Scene()
    scene.run(60)
    scene.cut(FIRST)
    scene.run(2)
    scene.mend(FIRST)
    scene.run(60)
    assert scene.switches == []


def test_a_feed_that_stays_connected_and_says_nothing_is_replaced_too() -> None:
    scene = Scene()
    scene.run(60)
    scene.silent.add(FIRST)
    scene.run(10)
    assert scene.active == FIRST
    scene.run(2)
    assert scene.active == SECOND
    assert scene.failover.active.reason == "venue:BTC is silent for over 10 s"


def test_a_feed_that_is_lost_soon_after_it_was_first_heard_is_replaced_as_soon_as_later() -> None:
    scene = Scene()
    scene.run(2)
    scene.cut(FIRST)
    scene.run(DISCONNECT_GRACE_MS / 1000)
    assert scene.active == SECOND


def test_silence_is_measured_by_the_cadence_of_the_feed() -> None:
    scene = Scene((THIRD, SECOND))
    scene.run(60)
    scene.silent.add(THIRD)
    scene.run(180)
    assert scene.active == THIRD
    scene.run(2)
    assert scene.active == SECOND


def test_where_everybody_is_silent_nothing_is_switched() -> None:
    scene = Scene()
    scene.run(60)
    scene.silent.update(FEEDS)
    for feed in FEEDS:
        scene.cut(feed)
    scene.run(600)
    assert scene.switches == []


def test_out_of_session_nothing_is_switched() -> None:
    scene = Scene()
    scene.run(60)
    scene.in_session = False
    scene.cut(FIRST)
    scene.run(3_600)
    assert scene.switches == []


def test_the_preferred_feed_returns_once_it_has_been_healthy_for_a_while() -> None:
    scene = Scene()
    scene.run(60)
    scene.cut(FIRST)
    scene.run(60)
    scene.mend(FIRST)
    scene.run(FIRST_RETURN_S)
    assert scene.active == SECOND
    scene.run(2)
    assert (scene.active, scene.failover.active.reason) == (FIRST, "")


def test_a_feed_that_fails_again_after_its_return_has_to_prove_itself_for_longer() -> None:
    scene = Scene()
    scene.run(60)
    pauses = []
    for _ in range(8):
        scene.cut(FIRST)
        scene.run(10)
        scene.mend(FIRST)
        began = scene.now_s
        while scene.active != FIRST:
            scene.run(1)
        pauses.append(scene.now_s - began)
    assert pauses[:3] == [31, 61, 121]
    assert pauses[-1] == LONGEST_RETURN_S + 1


def test_a_failure_interrupts_the_proof() -> None:
    scene = Scene()
    scene.run(60)
    scene.cut(FIRST)
    scene.run(10)
    for _ in range(10):
        scene.mend(FIRST)
        scene.run(20)
        scene.cut(FIRST)
        scene.run(5)
    assert scene.active == SECOND


def test_at_the_start_the_preferred_feed_has_a_moment_to_connect() -> None:
    scene = Scene()
    scene.cut(FIRST)
    scene.run(9)
    assert scene.active == FIRST
    scene.run(3)
    assert scene.active == SECOND


def test_a_feed_that_is_no_longer_listed_is_left() -> None:
    scene = Scene()
    scene.run(60)
    candidates = [Candidate(SECOND, 5_000, scene.now_ms)]
    chosen = scene.failover.choose(candidates, scene.now_ms, scene.now_s, in_session=True)
    assert chosen is not None
    assert chosen.feed == SECOND


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_that_was_never_heard_of_is_not_chosen(feed: str) -> None:
    assert Candidate(feed, 1_000, None).fault(50_000) == f"{feed} was not heard of"


steps = st.lists(
    st.tuples(st.sampled_from(["cut", "mend", "silence"]), st.sampled_from(FEEDS), st.integers(1, 400)),
    max_size=25,
)


@given(steps)
def test_whatever_fails_the_active_feed_is_healthy_wherever_one_is(
    changes: list[tuple[str, str, int]],
) -> None:
    scene = Scene()
    scene.run(60)
    for what, feed, seconds in changes:
        if what == "cut":
            scene.down_ms[feed] = scene.down_ms[feed] or scene.now_ms
        elif what == "mend":
            scene.mend(feed)
        else:
            scene.silent.add(feed)
        scene.run(seconds)
        faults = {
            feed: Candidate(feed, CADENCES_MS[feed], scene.heard_ms[feed], scene.down_ms[feed]).fault(
                scene.now_ms
            )
            for feed in FEEDS
        }
        if faults[scene.active] is not None:
            assert all(faults.values()), f"{scene.active} prices although another is healthy"
    moments = [switch.since_ms for switch in scene.switches]
    assert moments == sorted(moments)
