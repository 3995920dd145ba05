"""Word of a running engine."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtp_tui.storage.lock import LOCK_NAME, DataDirectory
from rtp_tui.storage.server_file import (
    SERVER_FILE_NAME,
    ServerFile,
    read_server_file,
    remove_server_file,
    write_server_file,
)

HERE = ServerFile(pid=os.getpid(), url="http://127.0.0.1:8080", version="1.2.3")
NOBODY = ServerFile(pid=2**22 + 1, url="http://127.0.0.1:1", version="1.2.3")


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    with DataDirectory(tmp_path).locked():
        yield tmp_path


def test_it_is_read_as_it_was_written_and_by_its_owner_alone(held: Path) -> None:
    write_server_file(held, HERE)
    assert read_server_file(held) == HERE
    assert (held / SERVER_FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert {file.name for file in held.iterdir()} == {SERVER_FILE_NAME, LOCK_NAME}


def test_a_later_one_replaces_it_and_a_draft_that_was_left(held: Path) -> None:
    write_server_file(held, NOBODY)
    (held / f".{SERVER_FILE_NAME}").touch(0o666)
    write_server_file(held, HERE)
    assert read_server_file(held) == HERE
    assert (held / SERVER_FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_an_engine_that_is_dead_is_not_there(tmp_path: Path) -> None:
    write_server_file(tmp_path, NOBODY)
    (tmp_path / LOCK_NAME).write_text(f"{NOBODY.pid}\n")
    assert read_server_file(tmp_path) is None


def test_a_program_that_was_given_a_dead_engines_number_is_no_engine(tmp_path: Path) -> None:
    write_server_file(tmp_path, HERE)
    (tmp_path / LOCK_NAME).write_text(f"{HERE.pid}\n")
    assert read_server_file(tmp_path) is None


def test_the_word_of_an_engine_before_the_one_that_begins_does_not_count(held: Path) -> None:
    write_server_file(held, ServerFile(pid=1, url="http://127.0.0.1:1", version="1.2.3"))
    assert read_server_file(held) is None


def test_nonsense_is_no_engine(held: Path) -> None:
    assert read_server_file(held) is None
    for nonsense in (b"", b"{", b'{"pid": "x"}', b'{"pid": -1, "url": "", "version": ""}', b"\xff"):
        (held / SERVER_FILE_NAME).write_bytes(nonsense)
        assert read_server_file(held) is None


def test_only_its_own_word_is_taken_back(tmp_path: Path) -> None:
    write_server_file(tmp_path, HERE)
    remove_server_file(tmp_path)
    remove_server_file(tmp_path)
    assert not (tmp_path / SERVER_FILE_NAME).exists()
    write_server_file(tmp_path, ServerFile(pid=1, url="", version=""))
    remove_server_file(tmp_path)
    assert (tmp_path / SERVER_FILE_NAME).exists()
