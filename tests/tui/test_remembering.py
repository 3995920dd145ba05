"""What a console remembers, where it keeps it, and what it does when that cannot be read or written."""

import os
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from rtp_tui.tui.browser_driver import BrowserDriver
from rtp_tui.tui.layout import Preset
from rtp_tui.tui.memory import Damaged, Memory, MemoryFile, PaneMemory, merged
from rtp_tui.tui.remembering import Remembering
from rtp_tui.tui.screens.placing import Placed
from rtp_tui.tui.settings import ConsoleSettings
from tests.tui.running_console import RunningConsole, running_console


def a_memory() -> Memory:
    return Memory(
        theme="daylight",
        placed=Placed(preset=Preset.RISK, hidden=("log",), shares={"desk": (40, None)}),
        panes={"prices": PaneMemory(filter="btc", column="last", reverse=True)},
        filters=("eth", "btc"),
    )


def test_what_is_kept_is_had_again(tmp_path: Path) -> None:
    file = MemoryFile(tmp_path / "new" / "prod.json")
    assert file.load() == Memory()
    file.save(a_memory())
    assert file.load() == a_memory()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["prod.json"]
    assert (tmp_path / "new" / "prod.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"placed": {"preset": "moon"}}', b"\xff\xfe", b'{"theme": "\xff"}']
)
def test_a_damaged_file_is_told_as_such(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "prod.json"
    path.write_bytes(content)
    with pytest.raises(Damaged, match=r"prod\.json"):
        MemoryFile(path).load()


async def test_a_console_is_as_it_was_left(tmp_path: Path) -> None:
    settings = ConsoleSettings(name="prod", memory=tmp_path / "prod.json")
    async with running_console(settings=settings) as console:
        await console.press("slash")
        await console.type("coin")
        await console.press("enter", "right", "S", "T", "vertical_line")
        theme = console.app.theme
        await console.after(3.0)
        await console.pilot.pause(0.1)
    async with running_console(settings=settings) as console:
        assert "Jobs" in console.text
        assert console.app.theme == theme
        assert console.app.main.placing.preset is Preset.ON_CALL
        await console.press("1")
        assert console.symbols == sorted(["BTC", "DOGE", "LTC", "TON"], reverse=True)
        await console.press("escape", "slash", "up")
        assert console.symbols


async def until_maximised_is_kept(console: RunningConsole, path: Path) -> None:
    """A thread writes it."""
    await console.until(lambda: MemoryFile(path).load().placed.is_maximised)


def test_two_consoles_keep_what_each_of_them_changed() -> None:
    theirs = replace(a_memory(), zone="Asia/Tokyo", filters=("eth", "sol"))
    ours = replace(
        a_memory(),
        theme="contrast",
        configured_theme="midnight",
        panes={"prices": PaneMemory(filter="btc"), "jobs": PaneMemory(faults_only=True)},
        filters=("eth", "btc", "ton"),
    )
    both = merged(theirs, a_memory(), ours)
    assert (both.theme, both.configured_theme, both.zone) == ("contrast", "midnight", "Asia/Tokyo")
    assert both.panes == ours.panes
    assert both.filters == ("sol", "eth", "btc", "ton")
    assert merged(theirs, ours, ours) == theirs
    assert merged(theirs, a_memory(), replace(a_memory(), panes={})).panes == {}
    elsewhere = replace(theirs, panes={**theirs.panes, "feeds": PaneMemory(filter="okx")})
    assert set(merged(elsewhere, a_memory(), ours).panes) == {"prices", "jobs", "feeds"}


async def test_a_console_undoes_nothing_that_another_one_changed_meanwhile(tmp_path: Path) -> None:
    settings = ConsoleSettings(memory=tmp_path / "prod.json")
    async with running_console(settings=settings) as console:
        MemoryFile(tmp_path / "prod.json").save(Memory(zone="Asia/Tokyo"))
        await console.press("m", "q")
        await until_maximised_is_kept(console, tmp_path / "prod.json")
    kept = MemoryFile(tmp_path / "prod.json").load()
    assert (kept.zone, kept.placed.is_maximised) == ("Asia/Tokyo", True)


async def test_what_is_changed_last_is_kept_when_one_quits(tmp_path: Path) -> None:
    path = tmp_path / "prod.json"
    async with running_console(settings=ConsoleSettings(memory=path)) as console:
        await console.press("m", "q")
        await until_maximised_is_kept(console, path)
    assert MemoryFile(path).load().placed.is_maximised


async def test_what_is_changed_last_is_kept_when_a_browser_closes_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "prod.json"
    reading, writing = os.pipe()
    stdin = os.fdopen(reading)
    monkeypatch.setattr(sys, "__stdin__", stdin)
    async with running_console(settings=ConsoleSettings(memory=path)) as console:
        await console.press("m")
        driver = BrowserDriver(console.app)
        driver.on_meta("quit", {"type": "quit"})
        await until_maximised_is_kept(console, path)
    os.close(writing)
    stdin.close()
    assert MemoryFile(path).load().placed.is_maximised


async def test_a_theme_that_is_configured_since_then_counts(tmp_path: Path) -> None:
    path = tmp_path / "prod.json"
    MemoryFile(path).save(Memory(theme="daylight", configured_theme="midnight"))
    async with running_console(settings=ConsoleSettings(memory=path)) as console:
        assert console.app.theme == "daylight"
    async with running_console(settings=ConsoleSettings(memory=path, theme="contrast")) as console:
        assert console.app.theme == "contrast"


async def test_what_cannot_be_read_is_said_and_the_console_begins_as_new(tmp_path: Path) -> None:
    path = tmp_path / "prod.json"
    path.write_text("{")
    async with running_console(settings=ConsoleSettings(memory=path)) as console:
        assert any("cannot be read" in toast for toast in console.toasts)
        assert "67,830.12" in console.text


async def test_where_nothing_can_be_written_it_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = ConsoleSettings(memory=tmp_path / "file" / "prod.json")
    async with running_console(settings=settings) as console:
        assert ["remembered" in toast for toast in console.toasts] == [True]
        await console.press("m")
        await console.after(2.5)
        assert len(console.toasts) == 1


async def test_a_disk_that_cannot_be_written_is_told_of_once(tmp_path: Path) -> None:
    class FullDisk:
        def load(self) -> Memory:
            return Memory()

        def save(self, memory: Memory) -> None:
            tried.append(memory)
            raise OSError(28, "No space left on device")

    tried: list[Memory] = []
    async with running_console() as console:
        console.app.remembering = Remembering(console.app, FullDisk())
        for key in ("m", "m", "m"):
            await console.press(key)
            await console.after(2.5)
            await console.pilot.pause(0.05)
        assert len(tried) == 1
        assert any("No space left" in toast for toast in console.toasts)


async def test_without_a_file_nothing_is_remembered() -> None:
    async with running_console() as console:
        await console.press("T", "m")
        await console.after(5.0)
        assert console.toasts == []
