"""`rtp-tui report` and `rtp-tui export`, of an engine and of a data directory without one."""

import json
import os
from pathlib import Path

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.instrument_names import resolved
from rtp_tui.cli.main import run
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import BarPage, GetBars, GetReport
from rtp_tui.storage.lock import DataDirectory
from tests.factories import BTC, a_bar, a_report
from tests.unit.cli.asked import Asked
from tests.unit.reports.a_store import DAY_MS, DAY_START_MS, NAMES, write_day

Captured = pytest.CaptureFixture[str]
DAY = ("--from", "2026-09-21", "--to", "2026-09-22")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_day(folder / "history.db")
    return folder


def test_an_engine_s_report_is_written_in_its_form(capsys: Captured, tmp_path: Path) -> None:
    page = tmp_path / "day.html"
    asked = Asked(
        "report", "daily", "--format", "html", "--output", str(page), answers={GetReport: a_report()}
    )
    assert asked.code == exit_codes.OK
    assert page.read_text().startswith("<!doctype html>")
    assert Asked("report", "daily", answers={GetReport: a_report()}).code == exit_codes.OK
    assert capsys.readouterr().out.startswith("# Day 2026-09-21")


def test_a_report_that_the_engine_refuses_is_bad_usage(capsys: Captured) -> None:
    refused = Asked("report", "daily", "--date", "soon", answers={GetReport: BadRequest("date: no date")})
    assert refused.code == exit_codes.USAGE
    assert "date: no date" in capsys.readouterr().err
    assert Asked("report", "hourly").code == exit_codes.USAGE


def test_an_engine_s_bars_are_exported_page_after_page(tmp_path: Path) -> None:
    target = tmp_path / "bars.csv"
    asked = Asked(
        "export", "bars", "--instrument", "BTC", "--output", str(target),
        answers={GetBars: BarPage(bars=(a_bar(), a_bar(open_ms=60_000)))},
    )  # fmt: skip
    assert asked.code == exit_codes.OK
    assert asked.orders[-1].instrument == BTC
    assert len(target.read_text().splitlines()) == 3


def test_a_data_directory_without_an_engine_answers_too(
    filled: Path, capsys: Captured, tmp_path: Path
) -> None:
    at = ("--data-dir", str(filled))
    assert run([*at, "report", "daily", "--date", "2026-09-21", "--format", "json"]) == exit_codes.OK
    assert json.loads(capsys.readouterr().out)["figures"]["bars"] == 1440 * 5
    for form in ("csv", "jsonl", "parquet"):
        target = tmp_path / f"bars.{form}"
        assert run(["export", "bars", "--instrument", NAMES[0], *DAY, "--format", form, "--output", str(target), *at]) == 0  # fmt: skip
        assert target.stat().st_size > 1_000
    rows = (tmp_path / "bars.csv").read_text().splitlines()[1:]
    opened = [int(row.split(",")[2]) for row in rows]
    assert opened == sorted(opened)
    assert (min(opened) >= DAY_START_MS, max(opened) < DAY_START_MS + DAY_MS) == (True, True)


def test_an_empty_export_is_a_valid_file(filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "none.csv"
    arguments = ["export", "ticks", "--instrument", NAMES[0], "--output", str(target)]
    assert run([*arguments, "--data-dir", str(filled)]) == exit_codes.OK
    assert target.read_text().startswith("instrument,feed,kind")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("bars",), exit_codes.USAGE, "--instrument"),
        (("bars", "--instrument", "crypto:C99"), exit_codes.USAGE, "nearest: crypto:C"),
        (("bars", "--instrument", "C0", "--from", "soon"), exit_codes.USAGE, "not a moment"),
        (
            ("bars", "--instrument", "C0", "--from", "2026-09-22", "--to", "2026-09-21"),
            exit_codes.USAGE,
            "later",
        ),
        (("bars", "--instrument", "C0", "--timeframe", "7m"), exit_codes.USAGE, "timeframe"),
        (("bars", "--instrument", "C0", "--format", "xlsx"), exit_codes.USAGE, "xlsx"),
        (("prices", "--instrument", "C0"), exit_codes.USAGE, "prices"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    filled: Path, tmp_path: Path, capsys: Captured, arguments: tuple[str, ...], code: int, words: str
) -> None:
    target = tmp_path / "out"
    assert run(["export", *arguments, "--output", str(target), "--data-dir", str(filled)]) == code
    assert words in capsys.readouterr().err
    assert list(tmp_path.glob("*out*")) == []


def test_an_existing_file_is_kept_and_a_place_that_cannot_be_written_is_told(
    filled: Path, tmp_path: Path, capsys: Captured
) -> None:
    target = tmp_path / "alerts.csv"
    target.write_text("mine")
    order = ["export", "alerts", "--data-dir", str(filled), "--output"]
    assert run([*order, str(target)]) == exit_codes.CANNOT_CREATE
    assert "--force" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert run([*order, str(tmp_path / "none" / "a.csv")]) == exit_codes.CANNOT_CREATE
    assert run([*order, str(target), "--force"]) == exit_codes.OK
    assert target.read_text().startswith("id,rule,subject")


def test_where_nothing_is_stored_or_somebody_works_it_is_told(tmp_path: Path, capsys: Captured) -> None:
    order = ["export", "alerts", "--data-dir", str(tmp_path / "d"), "--output", str(tmp_path / "a.csv")]
    assert run(order) == exit_codes.FAILURE
    assert "nothing is stored there" in capsys.readouterr().err
    with DataDirectory(tmp_path / "d").locked():
        assert run(order) == exit_codes.IN_USE
    assert str(os.getpid()) in capsys.readouterr().err
    assert not (tmp_path / "a.csv").exists()


def test_where_no_engine_answers_it_is_told(tmp_path: Path) -> None:
    assert run(["report", "daily", "--port", "1"]) == exit_codes.UNREACHABLE


def test_a_symbol_that_several_have_is_not_guessed() -> None:
    known = [InstrumentId(name) for name in ("crypto:BTC", "futures:BTC", "crypto:ETH")]
    assert resolved("eth", known) == "crypto:ETH"
    with pytest.raises(CommandFailed, match="crypto:BTC, futures:BTC"):
        resolved("BTC", known)
    with pytest.raises(CommandFailed, match="nearest: crypto:ETH"):
        resolved("crypto:ETX", known)
