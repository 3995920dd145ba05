"""Finding a running engine, and the token that it is shown."""

import os
from pathlib import Path

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.engine import find_engine
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.options import GlobalOptions
from rtp_tui.cli.token import client_token
from rtp_tui.storage.lock import DataDirectory
from rtp_tui.storage.server_file import ServerFile, write_server_file


def url(tmp_path: Path, **options: object) -> str:
    (tmp_path / "config.toml").touch()
    given = GlobalOptions(config=tmp_path / "config.toml", data_dir=str(tmp_path), **options)  # type: ignore[arg-type]
    return find_engine(given).url


def leave_word(tmp_path: Path, pid: int, url: str = "http://127.0.0.1:4242") -> None:
    write_server_file(tmp_path, ServerFile(pid=pid, url=url, version="0"))


def test_a_running_engine_is_found_by_the_word_it_left(tmp_path: Path) -> None:
    leave_word(tmp_path, os.getpid())

    with DataDirectory(tmp_path).locked():
        assert url(tmp_path) == "http://127.0.0.1:4242"
        leave_word(tmp_path, os.getpid(), "http://0.0.0.0:4242")
        assert url(tmp_path) == "http://127.0.0.1:4242"
        leave_word(tmp_path, os.getpid(), "https://[::]:4242")
        assert url(tmp_path) == "https://[::1]:4242"


def test_the_word_of_an_engine_that_does_not_hold_the_directory_does_not_count(tmp_path: Path) -> None:
    leave_word(tmp_path, os.getpid())

    assert url(tmp_path) == "http://127.0.0.1:8080"


def test_flags_come_first(tmp_path: Path) -> None:
    leave_word(tmp_path, os.getpid())

    assert url(tmp_path, port=9) == "http://127.0.0.1:9"
    assert url(tmp_path, host="box") == "http://box:8080"
    assert url(tmp_path, host="::1", port=9) == "http://[::1]:9"


def test_the_word_of_an_engine_that_is_gone_does_not_count(tmp_path: Path) -> None:
    leave_word(tmp_path, 2**22 + 1)

    assert url(tmp_path) == "http://127.0.0.1:8080"


def test_a_server_that_listens_everywhere_is_asked_here(tmp_path: Path) -> None:
    assert url(tmp_path, host="0.0.0.0") == "http://127.0.0.1:8080"


def test_the_token_that_may_control_is_shown_before_one_that_may_read(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text("# who\nread aaa desk\n\ncontrol bbb\n")

    assert client_token(str(file)) == "bbb"
    assert client_token("") is None


@pytest.mark.parametrize("content", ["", "aaa\n", "write aaa\n"])
def test_a_file_without_a_token_is_a_bad_configuration(tmp_path: Path, content: str) -> None:
    file = tmp_path / "tokens"
    file.write_text(content)

    with pytest.raises(CommandFailed) as caught:
        client_token(str(file))

    assert caught.value.code == exit_codes.BAD_CONFIGURATION
