"""What becomes of a log line before it is written."""

import logging

import pytest

from rtp_tui.cli.logs import SafeLines


def written(message: str, *, error: Exception | None = None) -> str:
    raised = None if error is None else (type(error), error, error.__traceback__)
    record = logging.LogRecord("rtp_tui", logging.ERROR, __file__, 1, message, None, raised)
    return SafeLines("%(message)s").format(record)


def test_secrets_are_hidden_in_messages_and_in_tracebacks() -> None:
    lines = written("asked with token=hunter2", error=RuntimeError("api_key=hunter2"))

    assert "hunter2" not in lines
    assert "RuntimeError" in lines


@pytest.mark.parametrize("attack", ["\x1b]0;boo\x07", "\x1b[2J", "\x9b31m", "\u202e", "\x00", "\x08"])
def test_nothing_that_a_terminal_obeys_is_written(attack: str) -> None:
    assert written(f"bad{attack} path") == "bad path"
    assert attack not in written("failed", error=RuntimeError(f"inside{attack} of it"))


def test_a_traceback_keeps_its_lines() -> None:
    assert written("failed", error=RuntimeError("one\ntwo")).splitlines() == [
        "failed",
        "RuntimeError: one",
        "two",
    ]
