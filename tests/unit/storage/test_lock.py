"""One engine per data directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.lock import LOCK_NAME, DataDirectory, DirectoryInUse, holder


def test_a_second_claim_is_refused_with_the_first_ones_pid(tmp_path: Path) -> None:
    with DataDirectory(tmp_path).locked():
        with pytest.raises(DirectoryInUse) as refused:
            DataDirectory(tmp_path).lock()
        assert refused.value.pid == os.getpid()
        assert str(tmp_path) in str(refused.value)


def test_it_can_be_claimed_again_after_release(tmp_path: Path) -> None:
    with DataDirectory(tmp_path).locked():
        pass
    with DataDirectory(tmp_path).locked():
        assert (tmp_path / LOCK_NAME).read_text() == f"{os.getpid()}\n"


def test_what_a_dead_process_left_does_not_count(tmp_path: Path) -> None:
    claim = (
        f"from pathlib import Path; from rtp_tui.storage.lock import DataDirectory; import os, signal\n"
        f"DataDirectory(Path({str(tmp_path)!r})).lock(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", claim], check=False)
    assert (tmp_path / LOCK_NAME).exists()
    with DataDirectory(tmp_path).locked():
        assert (tmp_path / LOCK_NAME).read_text() == f"{os.getpid()}\n"


def test_a_longer_pid_of_before_leaves_no_digits(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).write_text("123456789012\n")
    with DataDirectory(tmp_path).locked():
        assert (tmp_path / LOCK_NAME).read_text() == f"{os.getpid()}\n"


def test_the_directory_is_made_and_private(tmp_path: Path) -> None:
    with DataDirectory(tmp_path / "new").locked():
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "new" / LOCK_NAME).stat().st_mode & 0o777 == 0o600


def test_a_file_in_place_of_the_directory_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnusable, match="data_dir"):
        DataDirectory(tmp_path / "file").lock()


def test_whoever_holds_the_directory_can_be_told(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    with DataDirectory(tmp_path).locked():
        assert holder(tmp_path) == os.getpid()
    assert holder(tmp_path) is None


@pytest.mark.parametrize("left", ["MINE", f"{2**22 + 1}\n", "-1\n", "x", "9" * 30, "\xff", ""])
def test_what_stands_in_the_file_of_nobody_is_no_holder(tmp_path: Path, left: str) -> None:
    (tmp_path / LOCK_NAME).write_text(left.replace("MINE", str(os.getpid())))
    assert holder(tmp_path) is None
    with DataDirectory(tmp_path).locked():
        pass
