"""The fire drill on the console: its screen, its badge, its lines, and that only demos have it."""

from textual.widgets import Static

from rtp_tui.model.commands import EndDrills, StartDrill
from rtp_tui.model.drills import Drill, DrillStatus
from rtp_tui.tui.panes.status_line import Meter, status_line
from rtp_tui.tui.screens.drills import DrillScreen, grid_text
from rtp_tui.tui.settings import ConsoleSettings
from tests.factories import NOW_MS, a_quote
from tests.tui.running_console import RunningConsole, running_console
from tests.tui.scenes import a_scene, a_state

OUTAGE = Drill(venue="binance", fault="outage", since_ms=NOW_MS, until_ms=NOW_MS + 22_000)
STALL = Drill(venue="yahoo", fault="stall", since_ms=NOW_MS, until_ms=NOW_MS + 30_000)


def status(*running: Drill) -> DrillStatus:
    return DrillStatus(venues=("binance", "yahoo"), faults=("outage", "stall", "gap"), running=running)


def line(width: int, *running: Drill) -> str:
    scene = a_scene(a_state(a_quote(), status(*running)))
    return "".join(cell.text for cell in status_line(scene, Meter(), "here", width))


async def told(console: RunningConsole, *running: Drill) -> None:
    console.api.send(status(*running))
    await console.after()


def test_the_status_line_says_what_is_drilled_and_for_how_long_yet() -> None:
    assert "DRILL  binance outage 22s left, 1 more" in line(120, OUTAGE, STALL)
    assert "DRILL  binance outage 22s" in line(80, OUTAGE)
    assert "DRILL" in line(50, OUTAGE)
    assert all("DRILL" not in line(width) for width in (50, 80, 120))


def test_the_grid_shows_the_seconds_left_where_a_fault_runs() -> None:
    lines = grid_text(status(OUTAGE), NOW_MS, 1, 0).plain.splitlines()
    assert lines[0].split() == ["binance", "yahoo"]
    assert lines[1].split() == ["outage", "22", "s", "left", "-"]
    assert [one.split()[0] for one in lines[1:]] == ["outage", "stall", "gap"]


def test_venues_that_do_not_fit_come_into_the_grid_when_they_are_chosen() -> None:
    many = DrillStatus(venues=tuple(f"exchange-number-{n}" for n in range(9)), faults=("outage",))
    first, last = (grid_text(many, NOW_MS, 0, column, room=68).plain.splitlines() for column in (0, 8))
    assert first[0].split() == [
        "1-3",
        "of",
        "9",
        "exchange-number-0",
        "exchange-number-1",
        "exchange-number-2",
    ]
    assert last[0].split()[-1] == "exchange-number-8"
    assert max(map(len, first + last)) <= 68


async def test_the_seconds_left_count_down_while_the_grid_is_looked_at() -> None:
    async with running_console() as console:
        await told(console, OUTAGE)
        await console.press("X")
        before = shown_grid(console)
        await console.after(3.0)
        assert "s left" in before
        assert shown_grid(console) != before


def shown_grid(console: RunningConsole) -> str:
    return str(console.app.screen.query_one(Static).render())


async def test_a_fault_and_a_venue_are_chosen_and_begun() -> None:
    async with running_console() as console:
        await told(console)
        await console.press("X")
        assert isinstance(console.app.screen, DrillScreen)
        await console.press("down", "right", "enter")
        assert console.api.orders == [StartDrill(fault="stall", venue="yahoo", seconds=30.0)]
        await console.press("X", "x")
        assert console.api.orders[1:] == [EndDrills(venue="binance")]
        await console.press("X", "escape")
        assert len(console.api.orders) == 2


async def test_beginning_and_end_are_lines_of_the_timeline() -> None:
    async with running_console() as console:
        await told(console)
        await told(console, OUTAGE)
        await told(console)
        words = [
            entry.message for entry in console.app.follower.timeline.entries if entry.source == "binance"
        ]
        assert words[-2:] == ["DRILL: outage for 22s", "DRILL: outage is over"]


async def test_the_palette_finds_drills_by_their_words() -> None:
    async with running_console() as console:
        await told(console)
        await console.choose("drill gap yahoo")
        assert console.api.orders == [StartDrill(fault="gap", venue="yahoo", seconds=30.0)]


async def test_a_read_only_console_drills_nothing() -> None:
    async with running_console(settings=ConsoleSettings(name="x", read_only=True)) as console:
        await told(console)
        await console.press("X")
        assert not isinstance(console.app.screen, DrillScreen)
        assert console.toasts == ["refused: this console is read-only"]
        assert console.api.orders == []


async def test_only_the_console_of_a_demo_offers_it() -> None:
    async with running_console((120, 80)) as console:
        await console.press("X")
        assert "only a demo has drills" in console.toasts[0]
        await console.press("question_mark")
        assert "Fire drill" not in console.text
