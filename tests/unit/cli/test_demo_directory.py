"""What is left of demos."""

import os
import tempfile
from pathlib import Path

import pytest

from rtp_tui.cli.demo_directory import MOST_SWEPT, demo_directory
from rtp_tui.storage.lock import DataDirectory

LONG_AGO = (1_000_000_000, 1_000_000_000)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary directories are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_behind(place: Path, name: str = "rtp-tui-demo-abc") -> Path:
    directory = place / name
    directory.mkdir()
    (directory / "history.db").touch()
    os.utime(directory, LONG_AGO)
    return directory


def test_a_demo_leaves_nothing_behind(place: Path) -> None:
    with demo_directory() as directory:
        (directory / "history.db").touch()
        assert directory.parent == place
    assert not any(place.iterdir())


def test_what_a_killed_demo_left_goes_with_the_next(place: Path) -> None:
    left = left_behind(place)
    with demo_directory():
        assert not left.exists()


def test_the_directory_of_a_demo_that_runs_stays(place: Path) -> None:
    running = left_behind(place)
    with DataDirectory(running).locked():
        os.utime(running, LONG_AGO)
        with demo_directory():
            assert (running / "history.db").exists()


def test_the_directory_of_a_demo_that_begins_stays(place: Path) -> None:
    beginning = place / "rtp-tui-demo-new"
    beginning.mkdir()
    with demo_directory():
        assert beginning.exists()


def test_what_others_keep_there_stays(place: Path) -> None:
    others = left_behind(place, "another-program")
    (place / "rtp-tui-demo-link").symlink_to(others)
    (place / "rtp-tui-demo-file").touch()
    os.utime(place / "rtp-tui-demo-file", LONG_AGO)
    with demo_directory():
        assert (others / "history.db").exists()
        assert (place / "rtp-tui-demo-file").exists()


def test_a_demo_does_not_wait_for_a_long_sweep(place: Path) -> None:
    for number in range(MOST_SWEPT + 3):
        left_behind(place, f"rtp-tui-demo-{number}")
    with demo_directory():
        pass
    assert len(list(place.iterdir())) == 3
