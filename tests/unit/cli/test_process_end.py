"""Waiting for a process that is no child of ours."""

import subprocess
import sys
import time

import pytest

from rtp_tui.cli.process_end import ProcessEnd

WAITS = "import sys; sys.stdin.read()"


@pytest.mark.parametrize("with_handle", [True, False])
def test_the_end_of_a_process_is_seen(with_handle: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not with_handle:
        monkeypatch.delattr("os.pidfd_open", raising=False)
    with (
        subprocess.Popen([sys.executable, "-c", WAITS], stdin=subprocess.PIPE) as process,
        ProcessEnd(process.pid) as end,
    ):
        assert not end.has_come()
        process.kill()
        if not with_handle:
            process.wait()  # a number stays taken until somebody asks how the process ended
        deadline = time.monotonic() + 10
        while not end.has_come():
            assert time.monotonic() < deadline
        assert end.has_come()


def test_a_process_that_is_gone_already_has_ended() -> None:
    with ProcessEnd(2**22 + 1) as end:
        assert end.has_come()


def test_without_a_process_there_is_nothing_to_wait_for() -> None:
    with ProcessEnd(None) as end:
        assert end.has_come()
