"""What holds a data directory while an engine runs."""

import os
from pathlib import Path

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.run import data_directory
from rtp_tui.config.settings import Settings
from rtp_tui.storage.lock import DataDirectory
from rtp_tui.storage.server_file import ServerFile, write_server_file


def refused(directory: Path) -> CommandFailed:
    with pytest.raises(CommandFailed) as caught, data_directory(Settings(data_dir=str(directory))):
        pass
    return caught.value


def test_who_holds_a_data_directory_is_told_with_what_attaches_to_it(tmp_path: Path) -> None:
    with DataDirectory(tmp_path).locked():
        before = refused(tmp_path)
        write_server_file(tmp_path, ServerFile(pid=os.getpid(), url="http://127.0.0.1:4242", version="0"))
        after = refused(tmp_path)

    assert before.code == after.code == exit_codes.IN_USE
    assert f"in use by process {os.getpid()}" in str(before)
    assert str(before).endswith("rtp-tui --connect URL")
    assert str(after).endswith("rtp-tui --connect http://127.0.0.1:4242")
