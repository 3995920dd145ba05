from msgspec.structs import replace

from rtp_tui.model.events import Batch, Disconnected, Event, Payload
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.health import Freshness
from rtp_tui.model.statistics import StoreStatus
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.follower import FLASH_S, SCORES_KEPT, SILENCE_S, Connection, Follower
from rtp_tui.tui.scene import Lens
from tests.factories import BTC, NOW_MS, a_feed_status, a_health_report, a_quote, an_alert
from tests.frozen_pipeline import a_snapshot


def a_batch(*payloads: Payload, seq: int = 900) -> Batch:
    return Batch(seq + len(payloads), tuple(Event(seq + i, payload) for i, payload in enumerate(payloads)))


def a_follower() -> Follower:
    follower = Follower()
    follower.take(a_snapshot(), 0.0, NOW_MS)
    return follower


def test_it_starts_until_something_is_heard() -> None:
    follower = Follower()
    assert follower.connection(100.0) is Connection.STARTING
    follower.take(a_snapshot(), 100.0, NOW_MS)
    assert follower.connection(100.0) is Connection.LIVE


def test_silence_for_longer_than_three_seconds_is_not_live() -> None:
    follower = a_follower()
    assert follower.connection(SILENCE_S) is Connection.LIVE
    assert follower.connection(SILENCE_S + 0.1) is Connection.SILENT
    follower.take(a_batch(), 4.0, NOW_MS)
    assert follower.connection(4.0) is Connection.LIVE


def test_why_the_engine_was_lost_outlives_the_door() -> None:
    follower = Follower()
    words = "the engine could not start: no such provider"
    follower.take(Disconnected(at_ms=NOW_MS, reason=words, attempt=0, retry_in_ms=0), 1.0, NOW_MS)
    follower.lose("the engine ended", NOW_MS)
    assert follower.loss is not None
    assert follower.loss.reason == words
    assert follower.loss.retry_ms is None


def test_a_loss_keeps_its_beginning_through_every_attempt() -> None:
    follower = a_follower()
    follower.take(Disconnected(at_ms=NOW_MS, reason="refused", attempt=1, retry_in_ms=1_000), 1.0, NOW_MS)
    follower.take(
        Disconnected(at_ms=NOW_MS + 5_000, reason="refused", attempt=2, retry_in_ms=2_000), 6.0, NOW_MS
    )
    assert follower.connection(6.0) is Connection.OFFLINE
    assert follower.loss is not None
    assert follower.loss.since_ms == NOW_MS
    assert follower.loss.retry_ms == NOW_MS + 7_000
    follower.take(a_snapshot(), 9.0, NOW_MS)
    assert follower.connection(9.0) is Connection.LIVE


def test_a_changed_price_flashes_for_a_moment_in_its_direction() -> None:
    follower = a_follower()
    follower.take(a_batch(a_quote(price=67_000.0)), 1.0, NOW_MS)
    assert follower.flashes[BTC].rose is False
    follower.end_flashes(1.0 + FLASH_S)
    assert not follower.flashes


def test_the_same_price_again_does_not_flash() -> None:
    follower = a_follower()
    follower.take(a_batch(a_quote(price=67_830.12)), 1.0, NOW_MS)
    assert not follower.flashes


def test_updates_a_second_are_counted_over_whole_seconds() -> None:
    follower = a_follower()
    for tenth in range(50):
        follower.take(
            a_batch(a_quote(price=float(tenth + 1)), a_quote(price=float(tenth + 2))), tenth / 10, NOW_MS
        )
    assert follower.updates_per_second(5.0) == 20.0
    assert follower.updates_per_second(30.0) == 0.0


def test_scores_are_kept_for_the_trend_and_bounded() -> None:
    follower = a_follower()
    for score in range(200):
        follower.take(a_batch(a_health_report(score=score % 100)), 1.0, NOW_MS)
    assert len(follower.scores) == SCORES_KEPT


def test_the_timeline_tells_a_change_of_state_once() -> None:
    follower = a_follower()
    lost = a_feed_status(state=FeedState.RECONNECTING, error="reset by peer")
    follower.take(a_batch(lost, lost, a_feed_status()), 1.0, NOW_MS)
    told = [(entry.tone, entry.message) for entry in follower.timeline.entries if entry.source == "binance"]
    assert told == [(Tone.BAD, "reconnecting: reset by peer"), (Tone.OK, "live")]


def test_the_timeline_is_bounded_and_numbered_without_gaps() -> None:
    follower = a_follower()
    for index in range(700):
        state = FeedState.LIVE if index % 2 else FeedState.RECONNECTING
        follower.take(a_batch(a_feed_status(state=state)), 1.0, NOW_MS)
    entries = follower.timeline.entries
    assert len(entries) == 500
    assert [entry.number for entry in entries] == list(range(entries[0].number, entries[0].number + 500))


def test_a_price_that_changes_all_the_time_flashes_once_in_a_while() -> None:
    follower = a_follower()
    flashes = 0
    for tenth in range(60):
        follower.take(a_batch(a_quote(price=1000.0 + tenth)), tenth / 10, NOW_MS)
        flashes += BTC in follower.flashes and follower.flashes[BTC].until == tenth / 10 + FLASH_S
        follower.end_flashes(tenth / 10)
    assert 4 <= flashes <= 6


def test_an_engine_of_another_version_is_told_once_in_the_timeline_and_kept_for_the_status_line() -> None:
    follower, same = Follower("9.9.9"), Follower("0.1.0")
    for turn in range(3):
        follower.take(a_snapshot(), float(turn), NOW_MS)
        same.take(a_snapshot(), float(turn), NOW_MS)
    words = "server 0.1.0 (this console 9.9.9)"
    assert follower.versions == words
    assert [entry.message for entry in follower.timeline.entries].count(words) == 1
    assert same.versions == a_follower().versions == ""


def test_until_the_first_update_of_the_new_connection_nothing_is_trusted() -> None:
    follower, lens = a_follower(), Lens()
    for attempt in range(1, 4):
        follower.take(
            Disconnected(at_ms=NOW_MS, reason="gone", attempt=attempt, retry_in_ms=1_000), 1.0, NOW_MS
        )
        scene = lens.scene(follower, 1.0 + attempt, NOW_MS + 1_000 * attempt)
        assert not scene.is_trusted
        assert {scene.freshness(key) for key in scene.state.market.instruments} == {Freshness.UNKNOWN}
        assert scene.state.market.quotes, "the last values stay, with their ages"
    follower.take(a_batch(a_quote()), 9.0, NOW_MS)
    assert lens.scene(follower, 9.0, NOW_MS).is_trusted


def test_what_the_engine_measures_of_itself_waits_for_the_next_second() -> None:
    follower, store = a_follower(), StoreStatus(at_ms=NOW_MS, path="history.db", ok=True)
    before = follower.changes
    follower.take(a_batch(store), 1.0, NOW_MS)
    assert follower.changes == before
    follower.take(a_batch(store, a_quote()), 1.0, NOW_MS)
    assert follower.changes == before + 1


def test_bars_may_have_changed_while_nothing_was_heard() -> None:
    follower = a_follower()
    assert follower.take_bar_changes() == {}
    follower.take(a_batch(a_quote()), 1.0, NOW_MS)
    follower.take(a_snapshot(), 60.0, NOW_MS + 59_000)
    assert follower.take_bar_changes()[BTC] == NOW_MS


def test_what_began_to_fire_while_nothing_was_heard_is_told_and_what_fired_before_is_not() -> None:
    follower, old, new = Follower(), an_alert(id="old"), an_alert(id="new")
    follower.take(replace(a_snapshot(), alerts=(old,)), 0.0, NOW_MS)
    assert follower.alarms.due(10.0) is None, "a console that begins shows what fires"
    follower.take(replace(a_snapshot(), alerts=(old, new)), 60.0, NOW_MS)
    toast = follower.alarms.due(70.0)
    assert toast is not None
    assert toast.words.endswith(new.message)
