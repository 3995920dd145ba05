"""A console and commands that talk to an engine whose every word is an attack."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accept.attacks import MARK, assert_clean
from tests.accept.greeter import GREETINGS, greeting_with
from tests.accept.hostile_engine import hostile_engine
from tests.accept.running import PATIENCE_S, RTP_TUI, clean_environment
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
        timeout=PATIENCE_S,
        check=False,
    )

    assert b"Traceback" not in ended.stderr
    assert_clean(ended.stdout + ended.stderr)


def test_nothing_that_the_engine_injects_reaches_the_terminal_raw(url: str, tmp_path: Path) -> None:
    with terminal([*RTP_TUI, "--connect", url], clean_environment(tmp_path)) as screen:
        screen.wait_for(MARK)
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
            screen.settle()
        assert screen.process.poll() is None, screen.text
        assert "this pane failed" not in screen.text
        assert screen.quit() == 0
        assert_clean(screen.raw)


@pytest.mark.parametrize("greeting", GREETINGS, ids=lambda greeting: repr(greeting)[:30])
def test_what_is_no_engine_is_told_and_its_words_are_not(greeting: bytes, tmp_path: Path) -> None:
    with greeting_with(greeting) as (port, asked):
        for command in (("status",), ("watch",)):
            ended = subprocess.run(
                [*RTP_TUI, *command, "--port", str(port)],
                env=clean_environment(tmp_path),
                capture_output=True,
                timeout=PATIENCE_S,
                check=False,
            )
            assert ended.returncode in (1, 69, 77), ended.stderr
            assert b"Traceback" not in ended.stderr
            assert len(ended.stderr.splitlines()) == 1
            assert_clean(ended.stdout + ended.stderr)
        assert asked


def test_a_console_that_finds_no_engine_stays_and_shows_none_of_its_words(tmp_path: Path) -> None:
    for greeting in GREETINGS[1:4]:
        with (
            greeting_with(greeting) as (port, asked),
            terminal(
                [*RTP_TUI, "--connect", f"http://127.0.0.1:{port}"], clean_environment(tmp_path)
            ) as screen,
        ):
            screen.wait_until(lambda now: len(asked) > 1)
            time.sleep(0.5)
            assert screen.quit() == 0
            assert_clean(screen.raw)
