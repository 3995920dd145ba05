"""The log's file is begun anew each day and at its size, and old ones go."""

import logging
import os
from pathlib import Path

import pytest

from rtp_tui.cli import logs
from rtp_tui.cli.logs import FILES_KEPT, KEPT_DAYS, LogFile

DAY_S = 86_400
NOON_S = 20_000 * DAY_S + DAY_S / 2


def a_line(at_s: float, text: str = "line") -> logging.LogRecord:
    record = logging.makeLogRecord({"name": "rtp_tui", "levelname": "INFO", "msg": text})
    record.created = at_s
    return record


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def file(tmp_path: Path) -> LogFile:
    return LogFile(str(tmp_path / "a.log"), lambda message: None)


def test_a_day_has_a_file_of_its_own(file: LogFile, tmp_path: Path) -> None:
    file.emit(a_line(NOON_S, "first"))
    file.emit(a_line(NOON_S + 60, "same day"))
    file.emit(a_line(NOON_S + DAY_S, "next day"))
    file.close()
    assert (tmp_path / "a.log").read_text() == "next day\n"
    assert (tmp_path / "a.log.1").read_text() == "first\nsame day\n"


def test_a_run_goes_on_with_the_file_of_its_day_and_begins_another_on_the_next(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("of yesterday\n")
    os.utime(tmp_path / "a.log", (NOON_S - DAY_S, NOON_S - DAY_S))
    file = LogFile(str(tmp_path / "a.log"), lambda message: None)
    file.emit(a_line(NOON_S, "today"))
    file.close()
    assert (tmp_path / "a.log.1").read_text() == "of yesterday\n"
    assert (tmp_path / "a.log").read_text() == "today\n"


def test_what_is_older_than_thirty_days_goes_and_no_more_than_thirty_are_kept(
    file: LogFile, tmp_path: Path
) -> None:
    for day in range(FILES_KEPT + 5):
        file.emit(a_line(NOON_S + day * DAY_S, f"day {day}"))
    assert len(names(tmp_path)) == FILES_KEPT + 1
    for number in (1, 2):
        older = tmp_path / f"a.log.{number}"
        os.utime(older, (NOON_S, NOON_S))
    file.emit(a_line(NOON_S + (KEPT_DAYS + 10) * DAY_S))
    file.close()
    assert "a.log.2" not in names(tmp_path)
    assert "a.log.3" not in names(tmp_path)


def test_a_file_that_is_too_large_is_turned_over_on_the_same_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 10)
    file = LogFile(str(tmp_path / "a.log"), lambda message: None)
    file.emit(a_line(NOON_S, "12345678"))
    file.emit(a_line(NOON_S, "87654321"))
    file.close()
    assert names(tmp_path) == ["a.log", "a.log.1"]
