"""Enter on anything: where it came from, its parts, what changed."""

import pytest
from msgspec.structs import replace
from rich.text import Text

from rtp_tui.model.health import HealthPart
from rtp_tui.model.queries import Explanation, FeedPrice
from rtp_tui.tui.actions.panes import PANE_KEYS
from rtp_tui.tui.follower import Heard
from rtp_tui.tui.scene import Past, Scene
from rtp_tui.tui.screens.explanation import Screening, explanation_text, explanation_then
from rtp_tui.tui.screens.health_details import changes_of, health_text
from rtp_tui.tui.screens.sheet import Details
from tests.factories import BTC, NOW_MS, a_health_report
from tests.tui.running_console import running_console
from tests.tui.scenes import a_scene


def explained(scene: Scene, answer: Explanation, screening: Screening | None = None) -> str:
    return explanation_text(scene, scene.state.market.instruments[BTC], answer, screening).plain


def an_explanation(scene: Scene, **changes: object) -> Explanation:
    answer = explanation_then(scene, scene.state.market.instruments[BTC])
    return replace(answer, **changes)


def test_a_price_has_a_time_at_each_stage_from_the_venue_to_this_screen() -> None:
    scene = a_scene()
    answer = an_explanation(scene, raw="{}", raw_received_ms=NOW_MS)
    assert answer.quote is not None
    text = explained(
        scene, answer, Screening(Heard(answer.quote.received_ms, answer.quote.received_ms + 70), 0.1, 12.0)
    )
    assert "40 ms from venue to here" in text
    assert "in the same step" in text
    assert "+70 ms after it was received" in text
    assert "100 ms later at most; the terminal took 12 ms" in text


def test_a_newer_quote_than_the_one_that_was_heard_is_called_so() -> None:
    scene = a_scene()
    answer = an_explanation(scene)
    assert "one before this" in explained(scene, answer, Screening(Heard(1, 2), 0.1, None))


def test_the_prices_of_other_feeds_stand_beside_it_with_their_distance() -> None:
    scene = a_scene()
    feeds = ("binance:BTC", "kraken:XBT", "okx:BTC-USDT")
    quote = an_explanation(scene).quote
    assert quote is not None
    assert quote.price is not None
    other = FeedPrice(feed="kraken:XBT", price=quote.price * 1.01, received_ms=NOW_MS - 2_000)
    text = explained(scene, an_explanation(scene, feeds=feeds, active_feed="binance:BTC", others=(other,)))
    assert "+1.000 % from the price shown   2.0s ago" in text
    assert "told no price" in text


def test_a_price_of_the_past_says_when_it_was_noted_and_that_its_frame_is_not_kept() -> None:
    scene = a_scene()
    scene = replace(
        scene, clock_ms=NOW_MS + 60_000, past=Past(prices_ms=NOW_MS - 3_000, connection=scene.connection)
    )
    text = explained(scene, an_explanation(scene))
    assert "what came between that and this moment is not kept" in text
    assert "last frame\nnot kept of the past" in text


def test_a_part_of_the_score_says_what_it_costs_and_what_changed_it() -> None:
    before = a_health_report(
        at_ms=NOW_MS - 60_000,
        score=98,
        parts=(HealthPart("jobs", 10, 10, "well"), HealthPart("x", 5, 5, "-")),
    )
    after = replace(
        before, at_ms=NOW_MS - 30_000, score=90, parts=(HealthPart("jobs", 2, 10, "2 fail"), before.parts[1])
    )
    assert list(changes_of((before, after, after))) == [(NOW_MS - 30_000, "98 to 90: jobs -8.0, 2 fail")]
    scene = a_scene(reports=(before, after))
    scene.state.quality.health = after
    text = health_text(scene, "jobs").plain
    assert "2.0 of 10.0, costs -8.0" in text
    assert "98 to 90: jobs -8.0, 2 fail" in text
    assert "2 the jobs" in text
    assert text.splitlines()[-4] == after.reason
    assert "30s ago" in text


def test_a_score_that_nothing_changed_says_so() -> None:
    assert "nothing that this console has seen" in health_text(a_scene(), "freshness").plain


async def test_enter_answers_in_every_pane() -> None:
    async with running_console((200, 60)) as console:
        for pane, key in PANE_KEYS.items():
            await console.press(key)
            assert console.app.main.active is console.pane(pane)
            has_rows = bool(console.pane(pane).keys)
            await console.press("enter")
            assert has_rows is ("esc closes" in console.text) or pane == "selected", pane
            if console.app.screen is not console.app.main:
                await console.press("escape")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("1",), "stages"),
        (("7",), "stages"),
        (("5",), "what changed"),
        (("8",), "instruments"),
        (("9",), "what happened"),
        (("c",), "origin"),
        (("J",), "stages"),
    ],
)
async def test_enter_tells_more_than_the_row(keys: tuple[str, ...], words: str) -> None:
    async with running_console((160, 60)) as console:
        await console.press(*keys)
        for _ in range(3):
            await console.after()
        await console.press("enter")
        assert words in console.text


async def test_a_sheet_that_a_second_passes_before_it_is_composed_ends_nothing() -> None:
    async with running_console() as console:
        app = console.app
        before = replace(app.scene, now_ms=app.scene.now_ms - 2_000)
        app.push_screen(Details("a sheet", lambda scene: Text(f"at {scene.now_ms}"), before))
        app.frame()
        await console.after(1)
        assert f"at {app.scene.now_ms}" in console.text


async def test_a_sheet_that_fails_says_so_and_the_console_goes_on() -> None:
    def words(scene: Scene) -> Text:
        raise KeyError(scene.now_ms)

    async with running_console() as console:
        console.app.push_screen(Details("a sheet", words, console.app.scene))
        await console.after(2)
        assert f"this sheet failed: KeyError: {console.app.scene.now_ms}" in console.text
