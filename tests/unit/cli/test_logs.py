"""What becomes of a log line before it is written."""

import errno
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.logs import JsonLines, LogFile, SafeLines, configure_logs
from rtp_tui.config.settings import Settings


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


def test_json_lines_are_objects_that_hide_and_remove_the_same() -> None:
    raised = (RuntimeError, RuntimeError("api_key=hunter2"), None)
    record = logging.LogRecord("rtp_tui.x", logging.ERROR, __file__, 1, "bad\x1b[2J %s", ("path",), raised)
    line = JsonLines().format(record)

    assert "\n" not in line
    told = json.loads(line)
    assert (told["level"], told["logger"], told["message"]) == ("error", "rtp_tui.x", "bad path")
    assert told["ts_ms"] == int(record.created * 1000)
    assert "RuntimeError" in told["traceback"]
    assert "hunter2" not in line


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    """Leave the process's log as it was."""
    root, own = logging.getLogger(), logging.getLogger("rtp_tui")
    handlers, levels = list(root.handlers), (root.level, own.level)
    yield
    for handler in [one for one in root.handlers if one not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(levels[0])
    own.setLevel(levels[1])


def to(path: Path, **changes: str) -> Settings:
    return msgspec.structs.replace(Settings(log_file=str(path)), **changes)


def test_configured_again_it_opens_a_file_that_was_moved_anew(tmp_path: Path) -> None:
    path, log = tmp_path / "log", logging.getLogger("rtp_tui.test")
    configure_logs(to(path), to_stderr=False)
    log.warning("one")
    path.rename(tmp_path / "log.old")
    configure_logs(to(path, log_level="error", log_format="json"), to_stderr=False)
    log.warning("two")
    log.error("three")

    assert "one" in (tmp_path / "log.old").read_text()
    assert [json.loads(line)["message"] for line in path.read_text().splitlines()] == ["three"]


def test_a_file_that_cannot_be_opened_leaves_the_log_where_it_went(tmp_path: Path) -> None:
    path = tmp_path / "log"
    configure_logs(to(path), to_stderr=False)
    with pytest.raises(CommandFailed, match="No such file"):
        configure_logs(to(tmp_path / "nowhere" / "log"), to_stderr=False)
    logging.getLogger("rtp_tui.test").warning("still here")

    assert "still here" in path.read_text()


def test_a_log_that_takes_no_more_lines_counts_them_and_says_so_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    handler = LogFile(str(tmp_path / "log"), said.append)
    record = logging.LogRecord("rtp_tui", logging.ERROR, __file__, 1, "a line", None, None)
    opened = handler.setStream(FullDisk())  # type: ignore[arg-type] # any text stream will do
    assert opened is not None
    opened.close()
    for _ in range(3):
        handler.handle(record)
    handler.setStream((tmp_path / "log").open("a"))
    handler.handle(record)
    handler.close()

    assert handler.failed == 3
    assert len(said) == 1
    assert "No space left" in said[0]
    assert (tmp_path / "log").read_text() == "a line\n"
    assert capfd.readouterr() == ("", "")


def test_a_directory_that_is_gone_when_the_file_is_full_ends_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "logs"
    directory.mkdir()
    said: list[str] = []
    handler = LogFile(str(directory / "log"), said.append)
    handler.maxBytes = 10
    (directory / "log").unlink()
    directory.rmdir()
    for _ in range(3):
        handler.handle(logging.LogRecord("rtp_tui", logging.ERROR, __file__, 1, "a line", None, None))
    handler.close()

    assert handler.failed >= 1
    assert len(said) == 1
    assert capfd.readouterr() == ("", "")


class FullDisk(io.StringIO):
    """Takes nothing."""

    def write(self, text: str, /) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")
