"""The command line as a whole: options, exit codes, and what is said where."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rtp_tui import __version__
from rtp_tui.cli import exit_codes
from rtp_tui.cli.main import run

COMMANDS = [
    "breakers",
    "completions",
    "config",
    "jobs",
    "record",
    "refresh",
    "replay",
    "restart",
    "simulate",
    "start",
    "stats",
    "status",
    "stop",
    "verify",
    "watch",
]


Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--demo", "--version"],
        ["--version", "--port", "70000"],
        ["status", "--version"],
        ["config", "show", "--version"],
    ],
)
def test_the_version_is_told_wherever_it_is_asked_for(arguments: list[str], capsys: Captured) -> None:
    assert run(arguments) == exit_codes.OK
    assert capsys.readouterr().out == f"rtp-tui {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: Captured) -> None:
    assert run([command, "--help"]) == exit_codes.OK
    assert f"Usage: rtp-tui {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["nope"],
        ["--nope"],
        ["--port", "70000", "status"],
        ["--port", "x"],
        ["--log-level", "loud"],
        ["--serve", "status"],
        ["--demo", "--connect", "http://x"],
        ["--connect", "ftp://x"],
        ["--connect", "http://user:password@x"],
        ["--connect", ""],
        ["simulate", "--speed", "-1"],
        ["simulate", "--capture", "/none"],
        ["record"],
        ["record", "--output", "/tmp"],
        ["record", "--output", "x", "--seconds", "0"],
        ["replay"],
        ["replay", "/none"],
        ["replay", "/tmp"],
        ["replay", __file__, "--speed", "0"],
        ["replay", __file__, "--from", "yesterday"],
        ["completions", "csh"],
        ["config", "nope"],
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(arguments: list[str], capsys: Captured) -> None:
    assert run(arguments) == exit_codes.USAGE
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "arguments",
    [["--port", "9", "config", "show", "--origin"], ["config", "show", "--origin", "--port", "9"]],
)
def test_an_option_counts_before_and_after_the_command(arguments: list[str], capsys: Captured) -> None:
    assert run(arguments) == exit_codes.OK
    assert "command line --port\tserver.port = 9\n" in capsys.readouterr().out


def test_an_option_after_the_command_overrides_the_same_before_it(capsys: Captured) -> None:
    run(["--port", "9", "config", "show", "--origin", "--port", "10"])

    assert "server.port = 10\n" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--serve"], ["--demo"], ["status"], ["config", "check"]])
def test_a_bad_configuration_is_told_and_nothing_is_written(
    arguments: list[str], capsys: Captured, home: Path
) -> None:
    file = home / "bad.toml"
    file.write_text("porrt = 1\n[server]\nport = 70000\n")

    assert run(["--config", str(file), *arguments]) == exit_codes.BAD_CONFIGURATION

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        f'{file}:1: porrt: unknown key (did you mean "server.port"?)',
        f"{file}:3: server.port: 70000 is not a port; ports are 0 to 65535",
    ]
    assert list(home.iterdir()) == [file]


def test_a_console_needs_a_terminal(capsys: Captured) -> None:
    assert run([]) == exit_codes.FAILURE
    assert "needs a terminal" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    ["status", "stats", "start", "stop", "restart", "refresh", "watch", "jobs", "breakers"],
)
def test_nothing_reachable_says_where_it_looked(command: str, capsys: Captured) -> None:
    assert run([command, "--port", "1"]) == exit_codes.UNREACHABLE

    told = capsys.readouterr()
    assert told.out == ""
    assert "no engine answers at http://127.0.0.1:1 " in told.err


def test_verify_looks_at_what_it_can_without_an_engine(capsys: Captured) -> None:
    assert run(["verify", "--port", "1"]) == exit_codes.UNREACHABLE

    told = capsys.readouterr()
    assert "data directory" in told.out
    assert "no engine answers at http://127.0.0.1:1 " in told.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_are_a_script(shell: str, capsys: Captured) -> None:
    assert run(["completions", shell]) == exit_codes.OK
    assert "_RTP_TUI_COMPLETE" in capsys.readouterr().out


HEAVY = (
    "textual",
    "rich",
    "starlette",
    "uvicorn",
    "httpx",
    "websockets",
    "pandas",
    "numpy",
    "talib",
    "aiosqlite",
)


@pytest.mark.parametrize("arguments", [["--help"], ["config", "check"]])
def test_starting_up_is_light(arguments: list[str]) -> None:
    script = (
        "import sys; from rtp_tui.cli.main import run; code = run(sys.argv[1:]);"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )

    ended = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True, timeout=60
    )

    assert ended.stderr == "[]\n"


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """As most people run it: what is written to a file or a pipe waits in a buffer."""
    line = line.replace("rtp-tui", f"{sys.executable} -m rtp_tui")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, timeout=60, check=False, env=environment
    )


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("rtp-tui config show | true; exit ${PIPESTATUS[0]}", exit_codes.FAILURE, ""),
        ("rtp-tui config path >&-", exit_codes.OK, ""),
        ("rtp-tui config show > /dev/full", exit_codes.CANNOT_WRITE, "No space left on device"),
        ("rtp-tui status --port 1 2>&-", exit_codes.UNREACHABLE, ""),
        ("rtp-tui status --port 1 2>/dev/full", exit_codes.UNREACHABLE, ""),
        ("rtp-tui alerts fields > /dev/full", exit_codes.CANNOT_WRITE, "No space left on device"),
        ("rtp-tui nope 2>/dev/full", exit_codes.USAGE, ""),
        ("rtp-tui verify --port 1 >&-", exit_codes.UNREACHABLE, "no engine answers"),
        ("rtp-tui <&-", exit_codes.FAILURE, "needs a terminal"),
        ("rtp-tui <&- >&- 2>&-", exit_codes.FAILURE, ""),
        ("rtp-tui --version > /dev/full", exit_codes.CANNOT_WRITE, ""),
        ("rtp-tui --version >&-", exit_codes.OK, ""),
    ],
)
def test_an_output_that_nobody_takes_ends_it_without_a_traceback(line: str, code: int, told: str) -> None:
    ended = shell(line)

    assert ended.returncode == code
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr
