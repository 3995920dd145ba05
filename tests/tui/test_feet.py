"""What alerts and positions tell below their rows, and that no reason is cut where it is told at length."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from rtp_tui.model.alerts import AlertState
from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.parts import PartState, PartStatus
from rtp_tui.tui.cells import Line
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.alert_details import alert_text
from rtp_tui.tui.screens.details import breaker_text, feed_text, job_text
from rtp_tui.tui.screens.engine_details import part_text
from rtp_tui.tui.screens.feet import LEAST_ROOM, foot_of
from tests.factories import NOW_MS, a_breaker, a_feed_status, a_job, an_alert
from tests.frozen_alerts import frozen_alerts
from tests.frozen_pipeline import FrozenPipeline, a_snapshot
from tests.frozen_portfolios import BTC
from tests.tui.running_console import running_console
from tests.tui.scenes import a_scene, an_eventful_scene

LONG = "the provider said: " + "no such thing " * 40 + "and that was all"


def words_of(lines: tuple[Line, ...]) -> str:
    return "\n".join("".join(cell.text for cell in line).rstrip() for line in lines)


def a_scene_of_alerts() -> Scene:
    """One that fires, and two of its rule about the same before it."""
    earlier = [
        an_alert(id=f"old{number}", state=AlertState.RESOLVED, since_ms=at, resolved_ms=at + 90_000, message=f"was {number}")
        for number, at in enumerate((NOW_MS - 7_200_000, NOW_MS - 3_600_000), start=1)
    ]  # fmt: skip
    return a_scene(snapshot=replace(a_snapshot(), alerts=(an_alert(message=LONG), *earlier)))


@pytest.mark.parametrize("width", [78, 158])
def test_below_few_alerts_stands_the_chosen_one_whole_with_its_other_times(width: int) -> None:
    foot = words_of(foot_of("alerts", a_scene_of_alerts(), "a1", width, 60))
    assert " ".join(LONG.split()[-4:]) in " ".join(foot.split())
    assert foot.index("was 2") < foot.index("was 1"), "the newest first"
    assert all(len(line) <= width for line in foot.splitlines())
    assert "against" in foot


def test_where_not_all_of_it_fits_it_says_which_key_shows_it() -> None:
    lines = foot_of("alerts", a_scene_of_alerts(), "a1", 78, 8)
    assert len(lines) == 8
    assert words_of(lines).endswith("… enter shows all")


@pytest.mark.parametrize("height", range(LEAST_ROOM, 40))
def test_it_takes_no_more_room_than_there_is_and_ends_with_no_bare_title(height: int) -> None:
    lines = foot_of("alerts", a_scene_of_alerts(), "a1", 78, height)
    assert len(lines) <= height
    told = words_of(lines).removesuffix("… enter shows all").rstrip().splitlines()
    assert told[-1].strip() not in ("history", "other times")


def test_without_room_and_of_what_is_gone_nothing_is_told() -> None:
    assert foot_of("alerts", a_scene_of_alerts(), "a1", 78, LEAST_ROOM - 1) == ()
    assert foot_of("alerts", a_scene_of_alerts(), "gone", 78, 60) == ()
    assert foot_of("positions", an_eventful_scene(), "crypto:GONE", 78, 60) == ()


def test_below_few_positions_stand_share_result_and_risk_of_the_chosen_one() -> None:
    foot = words_of(foot_of("positions", an_eventful_scene(), BTC, 158, 20))
    for words in (
        "Bitcoin",
        "0.5",
        "83.0%",
        "+3,915.06",
        "largest share of the portfolio's variance",
        "with crypto:ETH",
    ):
        assert words in foot, words


async def test_the_alert_under_the_cursor_is_told_and_the_one_that_it_moves_to() -> None:
    api = FrozenPipeline(replace(a_snapshot(), alerts=frozen_alerts()))
    async with running_console((160, 50), api) as console:
        await console.press("exclamation_mark")
        assert "what         crypto:UNI data age" in console.text
        await console.press("down")
        assert "what         crypto:UNI data age" not in console.text
        assert "what         crypto:BTC moved 2.5 %" in console.text


@pytest.mark.parametrize(
    "text_of",
    [
        lambda scene: job_text(scene, a_job(last_error=LONG)),
        lambda scene: feed_text(scene, a_feed_status(error=LONG)),
        lambda scene: breaker_text(scene, a_breaker(last_error=LONG, state=BreakerState.OPEN)),
        lambda scene: alert_text(scene, an_alert(message=LONG)),
        lambda scene: part_text(scene, PartStatus(name="store", state=PartState.FAILED, detail=LONG, since_ms=NOW_MS)),
    ],
    ids=["job", "feed", "breaker", "alert", "part"],
)  # fmt: skip
def test_a_reason_is_told_whole_however_long(text_of: Callable[[Scene], object]) -> None:
    assert LONG in str(text_of(a_scene()))
