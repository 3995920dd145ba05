from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.alerts import AlertState
from rtp_tui.model.drills import Drill, DrillStatus
from rtp_tui.model.feeds import FeedState, Resting
from rtp_tui.model.health import Freshness
from rtp_tui.model.parts import EngineState, EngineStatus, ReplayStatus
from rtp_tui.model.statistics import ServerStatus
from rtp_tui.tui.cells import Ground
from rtp_tui.tui.follower import Connection, Loss
from rtp_tui.tui.painter import text_width
from rtp_tui.tui.panes.status_line import Meter, ground_of, mode_of, status_line, steadied
from rtp_tui.tui.scene import Scene
from tests.factories import (
    BTC,
    NOW_MS,
    a_breaker,
    a_feed_status,
    a_job,
    a_quote,
    a_verdict,
    an_alert,
    an_instrument,
)
from tests.tui.scenes import a_scene, a_state

METER = Meter(rtt_ms=41.0, fps=10.0, dropped=3)


def text(scene: Scene, width: int = 120) -> str:
    return "".join(cell.text for cell in status_line(scene, METER, "prod@ldn", width))


def engine(state: EngineState) -> EngineStatus:
    return EngineStatus(version="1", name="", started_ms=NOW_MS, state=state)


@pytest.mark.parametrize(
    ("scene", "word"),
    [
        (a_scene(), "LIVE"),
        (a_scene(a_state(), connection=Connection.STARTING), "STARTING"),
        (a_scene(a_state(engine(EngineState.RUNNING))), "STARTING"),
        (a_scene(connection=Connection.SILENT), "STALE"),
        (a_scene(connection=Connection.OFFLINE), "OFFLINE"),
        (a_scene(frozen_ms=NOW_MS), "FROZEN"),
        (a_scene(frozen_ms=NOW_MS, connection=Connection.OFFLINE), "OFFLINE"),
        (a_scene(a_state(engine(EngineState.STOPPED), a_quote())), "STOPPED"),
        (a_scene(a_state(engine(EngineState.DRAINING), a_quote())), "STOPPING"),
        (
            a_scene(a_state(a_quote(), a_verdict(freshness=Freshness.STALE), instruments=[an_instrument()])),
            "STALE",
        ),
        (
            a_scene(a_state(a_quote(), a_verdict(freshness=Freshness.CLOSED), instruments=[an_instrument()])),
            "LIVE",
        ),
    ],
)
def test_one_word_says_how_far_the_screen_can_be_trusted(scene: Scene, word: str) -> None:
    assert mode_of(scene).word == word


def test_a_server_that_lets_everybody_in_is_always_said_so() -> None:
    for width in (80, 120, 200):
        for is_open in (True, False):
            scene = a_scene(a_state(a_quote(), ServerStatus(at_ms=NOW_MS, open_to_all=is_open)))
            assert ("served without tokens" in text(scene, width)) is is_open


def test_it_shows_health_feeds_place_rate_link_and_clock() -> None:
    line = text(a_scene(updates_per_second=312.0), 180)
    for part in (
        "LIVE",
        "health 73",
        "1 of 4 not live",
        "prod@ldn",
        "312 upd/s",
        "41ms 10fps",
        "3 dropped",
        "14:13:20Z",
    ):
        assert part in line


def test_it_counts_open_breakers_and_failing_jobs() -> None:
    assert "✖ 1 breaker open  ✖ 1 job failing" in text(a_scene())
    assert "breakers ✖ 1  jobs ✖ 1" in text(a_scene(), 80)


@pytest.mark.parametrize("width", [80, 100, 120])
def test_nothing_that_is_wrong_gives_way_to_words_about_a_drill(width: int) -> None:
    drill = Drill(
        venue="coinbase_advanced", fault="rate_limit_bare", since_ms=NOW_MS, until_ms=NOW_MS + 30_000
    )
    scene = a_scene()
    scene.state.part.drill = DrillStatus(running=(drill, drill))
    line = text(scene, width)
    assert "DRILL" in line
    assert "✖ 1 of" in line
    assert "breaker" in line
    assert "job" in line


def test_a_feed_whose_markets_are_closed_is_no_fault() -> None:
    rest = Resting(market="XNYS", instruments=(BTC,))
    resting = a_feed_status(name="yahoo", state=FeedState.STOPPED, resting=(rest,))
    assert "feeds 1 live, 1 at rest" in text(a_scene(a_state(a_feed_status(), resting)), 120)
    stopped = a_feed_status(name="yahoo", state=FeedState.STOPPED)
    assert "✖ 1 of 2 not live" in text(a_scene(a_state(a_feed_status(), stopped)), 120)


def test_the_feeds_of_a_replay_that_is_over_are_no_fault() -> None:
    engine = EngineStatus(
        version="1",
        name="x",
        started_ms=0,
        state=EngineState.RUNNING,
        replay=ReplayStatus(capture="c", over=True),
    )
    scene = a_scene(a_state(a_feed_status(state=FeedState.STOPPED), engine))
    assert all("✖" not in text(scene, width) for width in (50, 80, 120))


def test_it_counts_alerts_that_nobody_has_seen() -> None:
    known = an_alert(id="a2", state=AlertState.ACKNOWLEDGED)
    state = a_state(a_job(), a_breaker(), a_quote(), an_alert(), known)
    assert "▲ 1 alert firing" in text(a_scene(state))
    assert "alert" not in text(a_scene(a_state(a_quote(), known)))


def test_breakers_and_jobs_are_not_mentioned_while_all_is_well() -> None:
    line = text(a_scene(a_state(a_job(), a_breaker(), a_quote())))
    assert "breaker" not in line
    assert "job" not in line


def test_a_loss_tells_since_when_why_and_when_it_is_tried_again() -> None:
    loss = Loss(NOW_MS - 20_000, "connection refused", NOW_MS + 7_000)
    scene = a_scene(connection=Connection.OFFLINE, loss=loss)
    assert "since 14:13:00, next attempt in 7s" in text(scene)
    assert "connection refused" in text(scene)
    assert ground_of(scene) is Ground.ALARM


def test_an_attempt_under_way_is_not_counted_down() -> None:
    scene = a_scene(connection=Connection.OFFLINE, loss=Loss(NOW_MS, "x", NOW_MS - 500))
    assert "trying again" in text(scene)


def test_the_smallest_screens_still_see_score_and_what_fails() -> None:
    assert "LIVE   73 3✖" in text(a_scene(), 30)


def test_silence_is_counted() -> None:
    assert "nothing heard for 4 s" in text(a_scene(connection=Connection.SILENT, silent_s=4.0))


@given(st.integers(10, 320), st.sampled_from(list(Connection)))
def test_it_fits_every_width_and_the_word_stays_longest(width: int, connection: Connection) -> None:
    scene = a_scene(connection=connection, loss=Loss(NOW_MS, "x" * 100, NOW_MS))
    line = status_line(scene, METER, "prod@ldn", width)
    if width >= 24:
        assert text_width(line) == width
    assert mode_of(scene).word in line[0].text


@pytest.mark.parametrize("width", [80, 120, 160])
def test_why_the_engine_is_lost_is_said_even_where_its_address_does_not_fit(width: int) -> None:
    loss = Loss(NOW_MS - 9_000, "the server refuses the token; it may have been withdrawn", NOW_MS + 30_000)
    line = text(a_scene(connection=Connection.OFFLINE, loss=loss), width)
    assert "next attempt in 30" in line
    assert "the server ref" in line
    assert len(line) == width


def test_two_versions_are_told_where_there_is_room() -> None:
    scene = a_scene(versions="server 0.3.0 (this console 0.2.0)")
    assert "server 0.3.0 (this console 0.2.0)" in text(scene, 200)
    assert "LIVE" in text(scene, 60)


@pytest.mark.parametrize(
    ("replay", "pace"),
    [
        (ReplayStatus(capture="c", speed=10.0), "×10"),
        (ReplayStatus(capture="c", speed=0.5), "×0.5"),
        (ReplayStatus(capture="c"), "×max"),
        (ReplayStatus(capture="c", speed=10.0, paused=True), "paused"),
        (ReplayStatus(capture="c", paused=True, over=True), "ended"),
    ],
)
def test_a_replay_is_never_taken_for_live(replay: ReplayStatus, pace: str) -> None:
    status = EngineStatus(version="1", name="", started_ms=NOW_MS, state=EngineState.RUNNING, replay=replay)
    for scene in (a_scene(a_state(status)), a_scene(a_state(status, a_quote()))):
        moment = datetime.fromtimestamp(scene.now_ms / 1000, tz=scene.zone).strftime("%Y-%m-%d %H:%M:%S")

        assert mode_of(scene).word == "REPLAY"
        assert text(scene).startswith(f" REPLAY {moment} {pace} ")
        assert text(scene, 60).startswith(f" REPLAY {pace} ")


def test_figures_that_are_still_about_right_stay_as_they_were_shown() -> None:
    shown = Meter(rtt_ms=12.0, updates_per_s=30.0)

    assert steadied(Meter(rtt_ms=20.0, updates_per_s=29.0), shown) == shown
    assert steadied(Meter(rtt_ms=40.0, updates_per_s=12.0), shown) == Meter(rtt_ms=40.0, updates_per_s=12.0)


def test_how_little_of_a_millisecond_a_near_terminal_takes_is_no_news() -> None:
    shown = Meter()
    for rtt_ms in (0.4, 0.6, 0.3, 2.0, 0.0):
        shown = steadied(Meter(rtt_ms=rtt_ms), shown)

        assert shown.rtt_ms == 1.0
    assert steadied(Meter(), shown).rtt_ms is None


def test_something_is_never_told_as_nothing() -> None:
    assert steadied(Meter(updates_per_s=1.0), Meter(updates_per_s=0.0)).updates_per_s == 1.0
    assert steadied(Meter(updates_per_s=0.0), Meter(updates_per_s=1.0)).updates_per_s == 0.0
