"""`rtp-tui incident` against a server in front of a scripted engine."""

import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.main import run
from rtp_tui.model.queries import BarPage, EventPage, GetBars, GetEvents, StoredEvent
from tests.factories import NOW_MS, a_bar
from tests.unit.cli.asked import Asked

Captured = pytest.CaptureFixture[str]
EVENT = StoredEvent(id=1, at_ms=NOW_MS, topic="health", payload='{"type":"health"}')
ANSWERS: dict[type, Any] = {GetEvents: EventPage(events=(EVENT,)), GetBars: BarPage(bars=(a_bar(),))}


def test_a_bundle_is_written_to_the_file_that_was_named(capsys: Captured, tmp_path: Path) -> None:
    target = tmp_path / "what.zip"
    asked = Asked("incident", "--output", str(target), "--instrument", "BTC", answers=ANSWERS)
    assert asked.code == exit_codes.OK
    with zipfile.ZipFile(target) as bundle:
        assert "README.txt" in bundle.namelist()
        assert len(bundle.read("bars.csv").splitlines()) == 2
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert str(target) in capsys.readouterr().err
    assert Asked("incident", "--output", str(target), answers=ANSWERS).code == exit_codes.CANNOT_CREATE


def test_without_a_name_it_goes_to_the_folder_of_exports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert Asked("incident", "--minutes", "5", answers=ANSWERS).code == exit_codes.OK
    (path,) = (tmp_path / "rtp-tui" / "exports").iterdir()
    assert path.name.startswith("incident-")
    assert path.suffix == ".zip"


def test_what_the_engine_does_not_answer_is_said(capsys: Captured, tmp_path: Path) -> None:
    assert Asked("incident", "--output", str(tmp_path / "a.zip")).code == exit_codes.OK
    assert "missing: events.jsonl" in capsys.readouterr().err


def test_an_unknown_instrument_and_an_engine_that_is_not_there_write_nothing(
    capsys: Captured, tmp_path: Path
) -> None:
    target = tmp_path / "a.zip"
    unknown = Asked("incident", "--instrument", "BTX", "--output", str(target), answers=ANSWERS)
    assert unknown.code == exit_codes.USAGE
    assert run(["incident", "--port", "1", "--output", str(target)]) == exit_codes.UNREACHABLE
    assert "no engine answers" in capsys.readouterr().err
    assert not target.exists()
