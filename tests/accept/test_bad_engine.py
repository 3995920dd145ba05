"""A console and commands that talk to an engine whose every word is an attack."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accept.attacks import MARK, assert_clean
from tests.accept.hostile_engine import hostile_engine
from tests.accept.running import RTP_TUI, clean_environment
from tests.accept.terminal import terminal

pytestmark = pytest.mark.accept

COMMANDS = (("status",), ("status", "--json"), ("stats",), ("stats", "--json"), ("watch", "--once"), ("watch", "--once", "--json"),
            ("refresh",), ("stop",), ("watch", "NOPE"))  # fmt: skip


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with hostile_engine() as url:
        yield url


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_prints_what_the_engine_injects(
    url: str, command: tuple[str, ...], tmp_path: Path
) -> None:
    ended = subprocess.run(
        [*RTP_TUI, *command, "--port", url.rpartition(":")[2]],
        env=clean_environment(tmp_path),
        capture_output=True,
        timeout=30,
        check=False,
    )

    assert b"Traceback" not in ended.stderr
    assert_clean(ended.stdout + ended.stderr)


def test_nothing_that_the_engine_injects_reaches_the_terminal_raw(url: str, tmp_path: Path) -> None:
    with terminal([*RTP_TUI, "--connect", url], clean_environment(tmp_path)) as screen:
        screen.wait_for(MARK, 20)
        for keys in (
            "1",
            "2",
            "3",
            "4",
            "5",
            "6",
            "7",
            "j",
            "\r",
            "\x1b",
            "r",
            "p",
            "R",
            "?",
            "\x1b",
            "\x10",
            "\x1b",
        ):
            screen.send(keys)
            time.sleep(0.3)
        assert screen.process.poll() is None, screen.text
        assert "this pane failed" not in screen.text
        screen.send("q")
        assert screen.exit_code() == 0
        assert_clean(screen.raw)
