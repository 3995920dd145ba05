"""Word of a running engine."""

import os
from pathlib import Path

from rtp_tui.storage.server_file import (
    SERVER_FILE_NAME,
    ServerFile,
    read_server_file,
    remove_server_file,
    write_server_file,
)

HERE = ServerFile(pid=os.getpid(), url="http://127.0.0.1:8080", version="1.2.3")
NOBODY = ServerFile(pid=2**22 + 1, url="http://127.0.0.1:1", version="1.2.3")


def test_it_is_read_as_it_was_written_and_by_its_owner_alone(tmp_path: Path) -> None:
    write_server_file(tmp_path, HERE)
    assert read_server_file(tmp_path) == HERE
    assert (tmp_path / SERVER_FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [SERVER_FILE_NAME]


def test_a_later_one_replaces_it(tmp_path: Path) -> None:
    write_server_file(tmp_path, NOBODY)
    write_server_file(tmp_path, HERE)
    assert read_server_file(tmp_path) == HERE


def test_an_engine_that_is_dead_is_not_there(tmp_path: Path) -> None:
    write_server_file(tmp_path, NOBODY)
    assert read_server_file(tmp_path) is None


def test_nonsense_is_no_engine(tmp_path: Path) -> None:
    assert read_server_file(tmp_path) is None
    for nonsense in (b"", b"{", b'{"pid": "x"}', b'{"pid": -1, "url": "", "version": ""}', b"\xff"):
        (tmp_path / SERVER_FILE_NAME).write_bytes(nonsense)
        assert read_server_file(tmp_path) is None


def test_only_its_own_word_is_taken_back(tmp_path: Path) -> None:
    write_server_file(tmp_path, HERE)
    remove_server_file(tmp_path)
    remove_server_file(tmp_path)
    assert not (tmp_path / SERVER_FILE_NAME).exists()
    write_server_file(tmp_path, ServerFile(pid=1, url="", version=""))
    remove_server_file(tmp_path)
    assert (tmp_path / SERVER_FILE_NAME).exists()
