"""Keys E, Z and ;: a picture of the screen, the bundle of an incident, what was ordered."""

import asyncio
import csv
import io
import json
import stat
import zipfile
from pathlib import Path

from rtp_tui.model.errors import Refused
from rtp_tui.model.queries import GetBars, GetEvents
from rtp_tui.text import clock_text
from rtp_tui.tui.settings import ConsoleSettings
from tests.factories import a_quote
from tests.frozen_pipeline import FrozenPipeline
from tests.tui.running_console import RunningConsole, running_console


def settings(folder: Path | None) -> ConsoleSettings:
    return ConsoleSettings(exports=folder, read_only=True)


def files(folder: Path, pattern: str = "*") -> list[Path]:
    return sorted(folder.glob(pattern))


async def told_after(console: RunningConsole, *keys: str) -> str:
    """Press keys and wait for what is told."""
    told = len(console.toasts)
    await console.press(*keys)
    async with asyncio.timeout(20):
        while len(console.toasts) == told:
            # Threads write, and however long they take no time passes for the console.
            await asyncio.sleep(0.005)
            await console.turn()
    return console.toasts[-1]


async def test_e_writes_the_screen_as_svg_and_as_text(tmp_path: Path) -> None:
    async with running_console(settings=settings(tmp_path / "exports")) as console:
        lines = console.lines
        told = await told_after(console, "E")
        svg, text = sorted((tmp_path / "exports").iterdir())
        assert (svg.suffix, text.suffix) == (".svg", ".txt")
        assert str(svg) in told
        assert svg.read_text().startswith("<svg")
        assert text.read_text().splitlines()[3] == lines[3].rstrip()
        assert {stat.S_IMODE(path.stat().st_mode) for path in (svg, text)} == {0o600}


async def test_a_picture_is_taken_of_a_sheet_that_is_open_too(tmp_path: Path) -> None:
    async with running_console(settings=settings(tmp_path)) as console:
        await console.press("semicolon")
        await told_after(console, "E")
        (text,) = files(tmp_path, "*.txt")
        assert "Nothing has been ordered" in text.read_text()


async def test_z_writes_a_bundle_with_the_screen_the_state_and_the_past(tmp_path: Path) -> None:
    async with running_console(settings=settings(tmp_path)) as console:
        told = await told_after(console, "Z")
        (path,) = files(tmp_path)
        assert str(path) in told
        assert any("incident bundle" in line for line in console.lines)
        with zipfile.ZipFile(path) as bundle:
            names = bundle.namelist()
            assert names[:5] == ["screen.svg", "screen.txt", "console.json", "timeline.csv", "commands.csv"]
            assert {"health.json", "quotes.csv", "events.jsonl", "bars.csv", "README.txt"} <= set(names)
            assert "67,830.12" in bundle.read("screen.txt").decode()
            assert json.loads(bundle.read("console.json"))["columns"] == 120
            timeline = list(csv.DictReader(io.StringIO(bundle.read("timeline.csv").decode())))
            assert any("state received" in row["message"] for row in timeline)
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not console.app.follower.gathering


async def test_of_the_past_a_bundle_is_of_the_moment_on_screen(tmp_path: Path) -> None:
    async with running_console(settings=settings(tmp_path)) as console:
        await console.press("left_curly_bracket")
        shown = console.app.scene
        assert shown.past is not None
        console.api.send(a_quote(price=71_234.5))
        told = await told_after(console, "Z")
        assert f"up to {clock_text(shown.now_ms)}Z" in told
        asked = [query for query in console.api.orders if isinstance(query, GetBars)]
        assert {query.end_ms for query in asked} == {shown.now_ms}
        (path,) = files(tmp_path)
        with zipfile.ZipFile(path) as bundle:
            quotes = bundle.read("quotes.csv").decode()
            assert "60000" in quotes
            assert "71234.5" not in quotes
            assert "PAST" in bundle.read("screen.txt").decode()
            assert json.loads(bundle.read("console.json"))["shows"] == "PAST"


async def test_on_a_frozen_screen_a_bundle_is_of_when_it_was_frozen(tmp_path: Path) -> None:
    async with running_console(settings=settings(tmp_path)) as console:
        await console.press("f")
        console.api.send(a_quote(price=71_234.5))
        await console.after(5)
        frozen_ms = console.app.scene.frozen_ms
        assert f"up to {clock_text(frozen_ms or 0)}Z" in await told_after(console, "Z")
        with zipfile.ZipFile(files(tmp_path)[0]) as bundle:
            assert "71234.5" not in bundle.read("quotes.csv").decode()


async def test_the_bars_of_what_is_filtered_come_first(tmp_path: Path) -> None:
    async with running_console(settings=settings(tmp_path)) as console:
        await console.press("slash")
        await console.type("doge")
        await console.press("enter")
        await told_after(console, "Z")
        asked = [query.instrument for query in console.api.orders if isinstance(query, GetBars)]
        assert asked[0] == "crypto:DOGE"
        assert len(asked) == len(set(asked)) == 23


async def test_while_a_bundle_is_gathered_the_status_line_says_how_far_and_a_second_one_waits(
    tmp_path: Path,
) -> None:
    api = FrozenPipeline()
    may_answer = asyncio.Event()

    class Slow(FrozenPipeline):
        async def query(self, query):  # type: ignore[no-untyped-def]
            if isinstance(query, GetBars):
                await may_answer.wait()
            return await super().query(query)

    api = Slow()
    async with running_console((160, 50), api, settings(tmp_path)) as console:
        await console.press("Z")
        for _ in range(1000):
            await asyncio.sleep(0.005)
            await console.after(0.01)
            if "incident bundle: 0 events" in console.lines[0]:
                break
        assert "incident bundle: 0 events" in console.lines[0]
        assert "already" in await told_after(console, "Z")
        may_answer.set()
        assert ".zip" in await told_after(console)
        assert "incident bundle" not in console.lines[0]


async def test_what_the_engine_refuses_is_missing_and_said(tmp_path: Path) -> None:
    api = FrozenPipeline()
    api.bars_refusal = Refused("no history here")
    del api.answers[GetEvents]
    async with running_console(api=api, settings=settings(tmp_path)) as console:
        assert "2 of its files not whole" in await told_after(console, "Z")
        (path,) = files(tmp_path)
        with zipfile.ZipFile(path) as bundle:
            assert "no history here" in bundle.read("README.txt").decode()


async def test_nothing_is_written_where_nothing_may_be(tmp_path: Path) -> None:
    async with running_console(settings=settings(None)) as console:
        for key in ("E", "Z", "e"):
            assert "nothing may be written" in await told_after(console, key)
    locked = tmp_path / "file"
    locked.write_text("")
    async with running_console(settings=settings(locked / "exports")) as console:
        for key in ("E", "Z"):
            assert "not written" in await told_after(console, key)


async def test_the_log_of_commands_tells_what_was_ordered_and_what_came_of_it() -> None:
    async with running_console() as console:
        await console.press("semicolon")
        assert "Nothing has been ordered" in console.text
        await console.press("escape", "r", "semicolon")
        assert "refresh crypto:BTC" in console.text
        assert "fetched crypto:BTC" in console.text


async def test_an_order_without_an_answer_stands_there_until_its_deadline() -> None:
    api = FrozenPipeline()
    api.may_end.clear()
    async with running_console(api=api) as console:
        await console.press("2", "t", "semicolon")
        assert "trigger job" in console.text
        assert "no answer yet" in console.text
        api.may_end.set()
        await console.after(1.2)
        assert "no answer yet" not in console.text


async def test_bars_are_those_of_the_marked_instruments_where_some_are_marked(tmp_path: Path) -> None:
    async with running_console(settings=settings(tmp_path)) as console:
        await console.press("space", "space")
        await told_after(console, "Z")
        asked = [query.instrument for query in console.api.orders if isinstance(query, GetBars)]
        assert asked == ["crypto:BTC", "crypto:ETH"]


class Mute(FrozenPipeline):
    """Takes every order and answers when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def execute(self, command):  # type: ignore[no-untyped-def]
        await self.may_answer.wait()
        return await super().execute(command)


async def test_whatever_is_ordered_no_answer_within_five_seconds_is_told() -> None:
    for keys in (("r",), ("w",), ("2", "p"), ("4", "o", "y")):
        api = Mute()
        async with running_console(api=api) as console:
            await console.press(*keys)
            await console.after(4.0)
            assert not any("no answer" in toast for toast in console.toasts), keys
            await console.after(2.0)
            told = [toast for toast in console.toasts if "no answer within 5 s; it may still happen" in toast]
            assert len(told) == 1, (keys, console.toasts)


async def test_an_edit_that_is_answered_late_is_still_carried_out() -> None:
    api = Mute()
    async with running_console(api=api) as console:
        await console.press("w")
        await console.after(6.0)
        api.may_answer.set()
        await console.after()
        assert len(console.api.orders) == 1
        await console.press("semicolon")
        assert "save watchlist" in console.text
        assert "no answer yet" not in console.text
