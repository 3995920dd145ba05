"""Files that are there whole or not at all."""

import os
from pathlib import Path

import pytest

from rtp_tui.reports.files import FileRefused, whole_file


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fail(path: Path, error: BaseException, *, replaces: bool = False) -> None:
    with whole_file(path, replaces=replaces) as file:
        file.write(b"half")
        raise error


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with whole_file(target) as file:
        file.write(b"a")
        assert not target.exists()
    assert (target.read_bytes(), leftovers(tmp_path)) == (b"a", ["out.csv"])
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_of_one_that_fails_nothing_stays(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error):
        fail(tmp_path / "out.csv", error())
    assert leftovers(tmp_path) == []


def test_an_existing_file_is_kept_unless_it_shall_be_replaced(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_bytes(b"old")
    with pytest.raises(FileRefused, match="--force"), whole_file(target):
        pass
    assert (target.read_bytes(), leftovers(tmp_path)) == (b"old", ["out.csv"])
    with pytest.raises(ValueError):
        fail(target, ValueError(), replaces=True)
    assert target.read_bytes() == b"old"
    with whole_file(target, replaces=True) as file:
        file.write(b"new")
    assert target.read_bytes() == b"new"


def test_a_file_that_came_meanwhile_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with pytest.raises(FileRefused, match="meanwhile"), whole_file(target):
        target.write_bytes(b"theirs")
    assert (target.read_bytes(), leftovers(tmp_path)) == (b"theirs", ["out.csv"])


@pytest.mark.parametrize("force", [False, True])
def test_links_devices_and_directories_are_refused(tmp_path: Path, force: bool) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "link").symlink_to(victim)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "folder", "pipe"):
        with pytest.raises(FileRefused, match="no plain file"), whole_file(tmp_path / name, replaces=force):
            pass
    with pytest.raises(FileRefused), whole_file(Path("/dev/null"), replaces=force):
        pass
    assert victim.read_bytes() == b"precious"


def test_a_link_planted_where_it_is_written_meanwhile_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / ".out.csv.partial").symlink_to(victim)
    with pytest.raises(FileRefused), whole_file(tmp_path / "out.csv"):
        pass
    assert victim.read_bytes() == b"precious"


def test_where_nothing_can_be_written_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="No such file"), whole_file(tmp_path / "none" / "out.csv"):
        pass
    with pytest.raises(FileRefused), whole_file(tmp_path / ("x" * 300)):
        pass


def test_what_a_killed_process_left_is_used_again(tmp_path: Path) -> None:
    (tmp_path / ".out.csv.partial").write_bytes(b"a long half of something")
    with whole_file(tmp_path / "out.csv") as file:
        file.write(b"a")
    assert ((tmp_path / "out.csv").read_bytes(), leftovers(tmp_path)) == (b"a", ["out.csv"])


def test_two_do_not_write_the_same_at_once(tmp_path: Path) -> None:
    with whole_file(tmp_path / "out.csv") as first:
        first.write(b"first")
        with pytest.raises(FileRefused, match="another process"), whole_file(tmp_path / "out.csv"):
            pass
    assert (tmp_path / "out.csv").read_bytes() == b"first"
