"""Marked rows: how they are marked, what acts on them, what is asked and what is said."""

import pytest
from msgspec.structs import replace

from rtp_tui.model.commands import (
    AcknowledgeAlert,
    ControlFeed,
    ControlJob,
    Refresh,
    SaveSilence,
    SaveWatchlist,
    TriggerJob,
)
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.tui.batch import NAMED, bounded, summary
from rtp_tui.tui.marking import Marks
from rtp_tui.tui.orders import Outcome
from rtp_tui.tui.screens.sheet import Question
from tests.frozen_alerts import frozen_alerts
from tests.frozen_pipeline import FrozenPipeline, a_snapshot
from tests.tui.running_console import running_console


def test_a_mark_is_set_and_taken_off_and_those_of_gone_rows_are_forgotten() -> None:
    marks = Marks()
    for key in ("b", "a", "b", "c"):
        marks.turn(key)
    assert marks.keys == ("a", "c")
    marks.keep({"c", "d"})
    assert list(marks.keys) == ["c"]


def test_a_range_reaches_from_the_last_mark_either_way() -> None:
    marks = Marks()
    marks.turn("c")
    marks.reach("abcde", "a")
    assert set(marks.keys) == {"a", "b", "c"}
    marks.reach("abcde", "b")
    assert len(marks) == 3
    without_anchor = Marks()
    without_anchor.reach(["a", "b"], "b")
    assert without_anchor.keys == ("b",)


def test_a_summary_counts_and_gives_the_first_reasons() -> None:
    done, refused = Outcome(True, "ok"), Outcome(False, "refused: no")
    assert summary("pause", [("a", done), ("b", done)]) == Outcome(True, "pause: all 2 done")
    outcome = summary("pause", [("a", done), *((name, refused) for name in "bcd")])
    assert outcome == Outcome(False, "pause: 1 of 4 done; b: refused: no; c: refused: no; 1 more not")


def test_a_question_names_so_many_rows_and_counts_the_others() -> None:
    lines = bounded([str(number) for number in range(NAMED + 5)])
    assert len(lines) == NAMED + 1
    assert lines[-1] == "and 5 more"


async def test_marks_stay_on_their_rows_when_sorted_and_filtered_and_esc_takes_them_off() -> None:
    async with running_console() as console:
        await console.press("space", "down", "space")
        assert console.pane("prices").marks.keys == ("crypto:BTC", "crypto:SOL")
        assert "▪2" in console.text
        assert console.text.count("▪ ") == 2
        await console.press("s", "slash")
        await console.type("sol")
        await console.press("enter")
        assert "▪ SOL" in console.text
        assert "[1/23] ▪2" in console.text
        await console.press("escape")
        assert "▪" not in console.text
        assert "[1/23]" in console.text


async def test_a_range_and_all_shown_rows_are_marked_by_one_key() -> None:
    async with running_console() as console:
        await console.press("space", "down", "down", "v")
        assert len(console.pane("prices").marks) == 4
        await console.press("asterisk")
        assert len(console.pane("prices").marks) == 23
        await console.press("asterisk")
        assert not console.pane("prices").marks


async def test_headings_stand_over_their_columns_and_can_be_clicked_while_there_are_marks() -> None:
    async with running_console((80, 24)) as console:
        await console.press("space")
        heading, row = console.lines[2], console.lines[3]
        assert heading.index("LAST") + 4 == row.index("67,830.12") + 9
        await console.pilot.click("#prices", offset=(heading.index("LAST"), 0))
        await console.after()
        assert console.pane("prices").ordering.column == "last"


async def test_marked_prices_are_fetched_at_once_after_one_question() -> None:
    async with running_console() as console:
        await console.press("space", "space", "r")
        assert isinstance(console.app.screen, Question)
        assert "Fetch 2 instruments now?" in console.text
        await console.press("y")
        assert console.api.orders == [
            Refresh(instruments=(InstrumentId("crypto:BTC"), InstrumentId("crypto:ETH")))
        ]
        assert not console.pane("prices").marks


async def test_no_keeps_the_marks_and_touches_nothing() -> None:
    async with running_console() as console:
        await console.press("2", "space", "space", "p", "n")
        assert console.api.orders == []
        assert len(console.pane("jobs").marks) == 2


async def test_marked_jobs_are_paused_by_one_answer_and_one_line_tells_of_all() -> None:
    async with running_console() as console:
        await console.press("2", "space", "space", "space", "p")
        assert "Pause 3?" in console.text
        await console.press("enter")
        assert len(console.api.orders) == 3
        assert all(isinstance(order, ControlJob) for order in console.api.orders)
        assert console.toasts[-1] == "pause: all 3 done"


async def test_what_is_refused_is_counted_with_its_reason() -> None:
    async with running_console() as console:
        console.api.refusal = BadRequest("not today")
        await console.press("3", "space", "space", "R", "y")
        assert [type(order) for order in console.api.orders] == [ControlFeed, ControlFeed]
        assert console.toasts[-1].startswith("restart: 0 of 2 done; ")
        assert "refused: not today" in console.toasts[-1]


async def test_rows_that_there_is_nothing_to_do_for_are_said_beforehand() -> None:
    async with running_console() as console:
        await console.press("2", "asterisk", "x")
        assert "nothing, since" in console.text or any("does not run" in toast for toast in console.toasts)


async def test_marked_jobs_run_side_by_side() -> None:
    async with running_console() as console:
        await console.press("2", "space", "space", "t", "y")
        assert [type(order) for order in console.api.orders] == [TriggerJob, TriggerJob]
        assert console.toasts[-1] == "trigger: all 2 done"


async def test_marked_alerts_are_acknowledged_and_silenced_with_one_answer() -> None:
    snapshot = replace(a_snapshot(), alerts=frozen_alerts())
    async with running_console(api=FrozenPipeline(snapshot)) as console:
        await console.press("exclamation_mark", "space", "space", "a")
        await console.type("known")
        await console.press("enter")
        assert console.api.orders == [AcknowledgeAlert(id=name, why="known") for name in ("old", "move")]
        await console.press("home", "space", "space", "n", "enter")
        assert [type(order) for order in console.api.orders[2:]] == [SaveSilence, SaveSilence]
        assert console.toasts[-1] == "silence: all 2 done"


async def test_marked_instruments_go_on_the_watchlist_together_and_off_again() -> None:
    async with running_console() as console:
        await console.press("space", "space", "w", "y")
        (order,) = console.api.orders
        assert isinstance(order, SaveWatchlist)
        assert order.watchlist.instruments == ("crypto:BTC", "crypto:ETH")


async def test_marked_rows_are_copied_in_their_order() -> None:
    async with running_console() as console:
        await console.press("space", "space", "y")
        assert [line.partition("\t")[0] for line in console.app.clipboard.split("\n")] == ["BTC", "ETH"]
        assert console.toasts == ["2 rows copied"]
        assert len(console.pane("prices").marks) == 2


@pytest.mark.parametrize("key", ["space", "v", "asterisk"])
async def test_marking_does_nothing_where_there_is_no_row(key: str) -> None:
    async with running_console() as console:
        await console.press("7", key)
        assert not console.pane("selected").marks
        assert console.app.is_running
