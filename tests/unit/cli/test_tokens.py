"""`rtp-tui token`, and tokens on the way of commands to a server."""

import stat
from pathlib import Path

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.main import run
from rtp_tui.model.clients import Scope
from rtp_tui.model.commands import Refresh
from rtp_tui.server.tokens import read_tokens
from tests.token_files import OPERATOR, READER, STRANGER, token_file
from tests.unit.cli.asked import Asked

Captured = pytest.CaptureFixture[str]


def token(file: Path, *arguments: str) -> int:
    return run(["token", *arguments, "--token-file", str(file)])


def test_a_new_token_is_printed_once_and_kept_where_only_its_owner_reads(
    tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "new" / "tokens"

    assert token(file, "new", "--scope", "control", "ops") == exit_codes.OK
    made, said = capsys.readouterr()
    (known,) = read_tokens(file)
    assert (known.scope, known.name, known.text) == (Scope.CONTROL, "ops", made.strip())
    assert len(known.text) == 43
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made.strip() not in said


def test_tokens_are_appended_and_differ(tmp_path: Path, capsys: Captured) -> None:
    file = token_file(tmp_path, f"# ours\ncontrol {OPERATOR} ops")
    token(file, "new")
    token(file, "new", "board")

    assert file.read_text().startswith(f"# ours\ncontrol {OPERATOR} ops\n")
    made = capsys.readouterr().out.split()
    assert [(one.scope, one.name) for one in read_tokens(file)][1:] == [
        (Scope.READ, ""),
        (Scope.READ, "board"),
    ]
    assert [one.text for one in read_tokens(file)][1:] == made


def test_the_list_tells_scopes_and_names_and_no_token(tmp_path: Path, capsys: Captured) -> None:
    assert token(token_file(tmp_path, f"read {READER}\ncontrol {OPERATOR} ops\n"), "list") == exit_codes.OK
    assert capsys.readouterr().out == "read     –\ncontrol  ops\n"


@pytest.mark.parametrize("action", ["new", "list"])
def test_a_file_that_a_server_would_refuse_is_refused(action: str, tmp_path: Path, capsys: Captured) -> None:
    file = token_file(tmp_path, f"nonsense\nread {STRANGER}\n")

    assert token(file, action) == exit_codes.BAD_CONFIGURATION
    assert "line 1" in capsys.readouterr().err
    file.chmod(0o644)
    assert token(file, action) == exit_codes.BAD_CONFIGURATION
    out, said = capsys.readouterr()
    assert (out, "chmod 600" in said) == ("", True)
    assert file.read_text() == f"nonsense\nread {STRANGER}\n"


def test_without_a_file_or_with_a_name_that_is_none_it_is_said_what_is_wrong(
    tmp_path: Path, capsys: Captured
) -> None:
    assert run(["token", "new"]) == exit_codes.BAD_CONFIGURATION
    assert "--token-file" in capsys.readouterr().err
    assert token(tmp_path / "tokens", "new", "two words") == exit_codes.USAGE
    assert token(token_file(tmp_path) / "below", "new") == exit_codes.CANNOT_CREATE
    assert token(tmp_path / "absent", "list") == exit_codes.BAD_CONFIGURATION


def test_commands_show_the_token_of_the_token_file(tmp_path: Path) -> None:
    server = token_file(tmp_path)

    done = Asked("refresh", "--token-file", str(server), token_file=str(server))
    assert (done.code, done.orders) == (exit_codes.OK, [Refresh()])


@pytest.mark.parametrize(
    "command", [["refresh"], ["status"], ["jobs"], ["watch", "--once"], ["watch", "crypto:BTC"]]
)
def test_a_missing_or_wrong_token_is_77_and_says_what_to_do(
    command: list[str], tmp_path: Path, capsys: Captured
) -> None:
    server = token_file(tmp_path)
    (tmp_path / "mine").mkdir()
    mine = token_file(tmp_path / "mine", f"read {STRANGER}\n")

    for flags in ([], ["--token-file", str(mine)]):
        asked = Asked(*command, *flags, token_file=str(server))
        out, said = capsys.readouterr()
        assert (asked.code, asked.orders, out) == (exit_codes.NOT_ALLOWED, [], "")
        assert "token" in said
        assert STRANGER not in said


def test_a_token_to_read_with_gives_no_commands(tmp_path: Path, capsys: Captured) -> None:
    server = token_file(tmp_path)
    (tmp_path / "mine").mkdir()
    mine = token_file(tmp_path / "mine", f"read {READER}\n")

    asked = Asked("stop", "--token-file", str(mine), token_file=str(server))
    assert (asked.code, asked.orders) == (exit_codes.NOT_ALLOWED, [])
    assert "scope control" in capsys.readouterr().err
