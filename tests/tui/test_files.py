"""Files of a console: whole or not at all, whenever it ends, and told of with their machine."""

import asyncio
from pathlib import Path
from typing import TypeVar

import pytest

from rtp_tui.model.queries import GetEvents, Query
from rtp_tui.tui.files import Files, write_new
from rtp_tui.tui.settings import ConsoleSettings
from tests.fakes import FakeClock, settle
from tests.frozen_pipeline import FrozenPipeline
from tests.tui.running_console import running_console

AnswerT = TypeVar("AnswerT")
LONG = b"x" * 3_500_000


class NoEvents(FrozenPipeline):
    """An engine that is asked for events and does not answer."""

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        if isinstance(query, GetEvents):
            await asyncio.Event().wait()
        return await super().query(query)


def in_folder(folder: Path, pattern: str = "*") -> list[Path]:
    return sorted(folder.glob(pattern))


def test_a_file_has_its_name_only_once_it_is_whole(tmp_path: Path) -> None:
    seen = []

    def is_given_up() -> bool:
        seen.append((tmp_path / "bundle.zip").exists())
        return False

    path = write_new(tmp_path, "bundle", "zip", LONG, is_given_up)
    assert path.read_bytes() == LONG
    assert set(seen) == {False}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("looks", [1, 3, 5])
def test_of_a_file_that_is_given_up_nothing_is_left(tmp_path: Path, looks: int) -> None:
    answers = iter([False] * (looks - 1) + [True])
    with pytest.raises(OSError, match="the console ends"):
        write_new(tmp_path, "bundle", "zip", LONG, lambda: next(answers))
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_another_console_writes_to_or_has_written_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "bundle.zip").write_text("theirs")
    (tmp_path / ".bundle-2.zip.part").write_text("half of theirs")
    assert write_new(tmp_path, "bundle", "zip", b"ours").name == "bundle-3.zip"
    assert (tmp_path / "bundle.zip").read_text() == "theirs"
    assert (tmp_path / ".bundle-2.zip.part").read_text() == "half of theirs"


async def test_what_is_nearly_done_is_waited_for_and_what_is_not_is_named(tmp_path: Path) -> None:
    files, clock, is_done = Files(tmp_path), FakeClock(), asyncio.Event()

    async def write(what: str, done: asyncio.Event) -> None:
        with files.under_way(what):
            await done.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(write("the export of prices", is_done))
        slow = group.create_task(write("the incident bundle", asyncio.Event()))
        await settle()
        ending = group.create_task(files.finish(clock, 1.0))
        await clock.advance(0.5)
        is_done.set()
        await clock.advance(1.0)
        assert await ending == ("the incident bundle",)
        slow.cancel()


async def test_a_console_that_ends_says_what_was_not_finished(tmp_path: Path) -> None:
    async with running_console(api=NoEvents(), settings=ConsoleSettings(exports=tmp_path)) as console:
        await console.press("Z", "q")
        await console.after(3.0)
        (words,) = map(str, console.app._exit_renderables)
        assert words == "not finished, and no file is left of it: the incident bundle"
    assert in_folder(tmp_path) == []


async def test_a_console_that_has_nothing_to_finish_ends_without_a_word(tmp_path: Path) -> None:
    async with running_console(settings=ConsoleSettings(exports=tmp_path)) as console:
        await console.press("q")
        await console.after(0.5)
        assert console.app._exit_renderables == []
        assert not console.app.is_running


async def test_a_console_in_a_browser_names_the_machine_that_it_wrote_on(tmp_path: Path) -> None:
    settings = ConsoleSettings(exports=tmp_path, host="desk7")
    async with running_console(settings=settings) as console:
        for key, suffix in (("e", "csv"), ("E", "svg"), ("Z", "zip")):
            await console.press(key)
            await console.until_evidence_is_written()
            await console.after(1.0)
            (path,) = in_folder(tmp_path, f"*.{suffix}")
            assert f"{path} on desk7" in console.toasts[-1]
