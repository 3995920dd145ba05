"""Key e: what a pane shows, as a file."""

import csv
import stat
from pathlib import Path

from msgspec.structs import replace

from rtp_tui.model.events import Snapshot
from rtp_tui.tui.settings import ConsoleSettings
from tests.factories import an_alert
from tests.frozen_alerts import frozen_alerts
from tests.frozen_pipeline import FrozenPipeline, a_snapshot
from tests.tui.running_console import RunningConsole, running_console


def settings(folder: Path | None) -> ConsoleSettings:
    return ConsoleSettings(exports=folder, read_only=True)


async def exported(console: RunningConsole) -> str:
    """Press the key and wait for what is told."""
    told = len(console.toasts)
    await console.press("e")
    for _ in range(200):
        if len(console.toasts) > told:
            return console.toasts[-1]
        await console.after(0.05)
    raise AssertionError("nothing was told")


def written(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def records(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


async def test_the_rows_of_the_prices_are_written_with_numbers_as_numbers(tmp_path: Path) -> None:
    async with running_console(settings=settings(tmp_path / "exports")) as console:
        told = await exported(console)
        (path,) = written(tmp_path / "exports")
        rows = records(path)
        assert str(path) in told
        assert f"{len(rows)} rows" in told
        assert path.name.startswith("prices-20")
        assert [row["last"] for row in rows if row["symbol"] == "BTC"] == ["67830.12"]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_filter_and_an_order_hold_for_the_file_too(tmp_path: Path) -> None:
    async with running_console(settings=settings(tmp_path)) as console:
        await console.press("slash")
        await console.type("bitcoin")
        await console.press("enter")
        await exported(console)
        assert [row["symbol"] for row in records(written(tmp_path)[0])] == ["BTC"]


async def test_every_pane_writes_a_file_of_its_own_name_and_none_writes_over_another(tmp_path: Path) -> None:
    snapshot = replace(a_snapshot(), alerts=frozen_alerts())
    async with running_console((160, 50), FrozenPipeline(snapshot), settings(tmp_path)) as console:
        for key in ("1", "1", "2", "exclamation_mark", "3"):
            await console.press(key)
            assert "rows in" in await exported(console), key
    names = sorted(path.name.split("-")[0] for path in written(tmp_path))
    assert names == ["alerts", "feeds", "jobs", "prices", "prices"]


async def test_the_chart_writes_its_bars_ascending(tmp_path: Path) -> None:
    async with running_console(settings=settings(tmp_path)) as console:
        await console.press("c")
        for _ in range(4):
            await console.after(0.3)
        await exported(console)
        bars = console.app.main.chart.session.series.bars
        rows = records(written(tmp_path)[0])
        assert [int(row["open_ms"]) for row in rows] == [bar.open_ms for bar in bars]
        assert [float(row["close"]) for row in rows] == [bar.close for bar in bars]
        assert {(row["instrument"], row["timeframe"]) for row in rows} == {("crypto:BTC", "1m")}


def formulas() -> Snapshot:
    return replace(
        a_snapshot(), alerts=(an_alert(message='=HYPERLINK("http://x.invalid")', rule="@SUM(A1)"),)
    )


async def test_a_text_that_a_spreadsheet_would_run_is_made_harmless(tmp_path: Path) -> None:
    async with running_console(api=FrozenPipeline(formulas()), settings=settings(tmp_path)) as console:
        await console.press("exclamation_mark")
        await exported(console)
        (row,) = records(written(tmp_path)[0])
        assert row["message"] == '\'=HYPERLINK("http://x.invalid")'
        assert row["rule"] == "'@SUM(A1)"


async def test_nothing_shown_writes_nothing(tmp_path: Path) -> None:
    async with running_console(
        api=FrozenPipeline(replace(a_snapshot(), alerts=())), settings=settings(tmp_path)
    ) as console:
        await console.press("exclamation_mark")
        assert "nothing is shown" in await exported(console)
        assert written(tmp_path) == []


async def test_where_a_file_stands_in_the_way_of_the_folder_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("mine")
    async with running_console(settings=settings(tmp_path / "exports")) as console:
        assert "not written" in await exported(console)
    assert (tmp_path / "exports").read_text() == "mine"


async def test_a_console_without_a_folder_says_so() -> None:
    async with running_console(settings=settings(None)) as console:
        assert "no folder" in await exported(console)
