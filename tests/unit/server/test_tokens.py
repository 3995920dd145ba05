"""The token file: what it may hold, who may open it, and how a token is found in it."""

import os
import stat
from hmac import compare_digest
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.clients import Scope
from rtp_tui.server.tokens import MAX_FILE_BYTES, Tokens, TokensUnusable, parse, read_tokens, require_private
from tests.token_files import OPERATOR, READER, STRANGER, token_file


def known(path: Path) -> Tokens:
    tokens = Tokens(path)
    tokens.reread()
    return tokens


def test_a_token_leads_to_its_name_and_scope(tmp_path: Path) -> None:
    tokens = known(token_file(tmp_path))

    reader, operator = tokens.caller(READER), tokens.caller(OPERATOR)
    assert reader is not None
    assert operator is not None
    assert reader[:2] == ("board", Scope.READ)
    assert operator[:2] == ("ops", Scope.CONTROL)


@pytest.mark.parametrize(
    "presented", ["", STRANGER, READER[:-1], READER + "x", READER.upper(), "\ud800", "é" * 30]
)
def test_no_other_text_leads_to_anybody(presented: str, tmp_path: Path) -> None:
    assert known(token_file(tmp_path)).caller(presented) is None


@pytest.mark.parametrize("presented", ["", STRANGER, READER, OPERATOR, "x" * 10_000])
def test_each_known_token_is_compared_whatever_is_shown_and_always_at_full_length(
    presented: str, tmp_path: Path
) -> None:
    compared: list[tuple[int, int]] = []

    def is_equal(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return compare_digest(one, other)

    tokens = Tokens(token_file(tmp_path), is_equal=is_equal)
    tokens.reread()
    tokens.caller(presented)

    assert compared == [(32, 32), (32, 32)]


def test_comments_empty_lines_and_missing_names_are_fine() -> None:
    tokens, problems = parse(
        f"# all of them\n\n  read   {READER}  # the wall\ncontrol {OPERATOR} a.b@c-d_e\n"
    )

    assert [(one.scope, one.text, one.name) for one in tokens] == [
        (Scope.READ, READER, ""),
        (Scope.CONTROL, OPERATOR, "a.b@c-d_e"),
    ]
    assert problems == []


BAD_LINES = f"""read {READER}
{STRANGER}
admin {STRANGER}
read short name
read {"y" * 300}
read {STRANGER[:-1]}!
read {STRANGER} two words
control {READER}
read {OPERATOR} na/me
"""


def test_every_problem_is_named_by_its_line_and_none_shows_a_token(tmp_path: Path) -> None:
    path = token_file(tmp_path, BAD_LINES)

    with pytest.raises(TokensUnusable) as caught:
        read_tokens(path)
    said = str(caught.value)
    assert [line.split(": ")[1] for line in said.splitlines()] == [f"line {n}" for n in range(2, 10)]
    assert all(line.startswith(str(path)) for line in said.splitlines())
    assert not any(
        secret in said for secret in (READER, STRANGER, STRANGER[:-1], OPERATOR, "short", "y" * 30)
    )


@given(st.text(max_size=200))
def test_any_text_is_read_or_its_problems_told(text: str) -> None:
    tokens, problems = parse(text)

    assert all(22 <= len(token.text) <= 256 for token in tokens)
    assert all(problem.startswith("line ") for problem in problems)


@pytest.mark.parametrize("text", ["", "\n# nobody yet\n"])
def test_a_file_without_tokens_lets_nobody_in_and_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(TokensUnusable, match="holds no token"):
        read_tokens(token_file(tmp_path, text))


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o610])
def test_a_file_that_others_can_open_is_refused_with_what_to_do(mode: int, tmp_path: Path) -> None:
    path = token_file(tmp_path)
    path.chmod(mode)

    with pytest.raises(TokensUnusable, match=f"chmod 600 {path}"):
        read_tokens(path)


def test_a_file_for_its_owner_to_read_only_is_fine(tmp_path: Path) -> None:
    path = token_file(tmp_path)
    path.chmod(0o400)

    assert len(read_tokens(path)) == 2


def test_what_is_no_file_of_text_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    binary = token_file(tmp_path)
    binary.write_bytes(b"read \xff\xfe")

    with pytest.raises(TokensUnusable, match="No such file"):
        read_tokens(tmp_path / "absent")
    with pytest.raises(TokensUnusable, match=r"is not a file|directory"):
        read_tokens(tmp_path)
    with pytest.raises(TokensUnusable, match="is not a file"):
        read_tokens(pipe)
    with pytest.raises(TokensUnusable, match="not UTF-8"):
        read_tokens(binary)
    binary.write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    with pytest.raises(TokensUnusable, match="larger"):
        read_tokens(binary)


def test_reading_again_takes_over_the_new_ones_and_forgets_the_old(tmp_path: Path) -> None:
    tokens = known(token_file(tmp_path))
    earlier = tokens.caller(READER)
    token_file(tmp_path, f"control {STRANGER} board\n")
    tokens.reread()

    assert tokens.caller(STRANGER) is not None
    assert tokens.caller(READER) is None
    assert earlier is not None
    assert not tokens.are_those_of(earlier)


def test_a_bad_file_changes_nothing(tmp_path: Path) -> None:
    tokens = known(token_file(tmp_path))
    earlier = tokens.caller(READER)
    token_file(tmp_path, f"read {STRANGER}\nnonsense\n")

    with pytest.raises(TokensUnusable, match="line 2"):
        tokens.reread()
    assert earlier is not None
    assert tokens.caller(READER) == earlier
    assert tokens.are_those_of(earlier)
    assert tokens.caller(STRANGER) is None


def as_found(mode: int, owner: int, group: int) -> os.stat_result:
    return os.stat_result((stat.S_IFREG | mode, 1, 1, 1, owner, group, 10, 0, 0, 0))


def test_what_root_lends_by_a_list_is_private_though_the_mode_looks_shared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    require_private(Path("credential"), as_found(0o440, 0, 0))
    for shared in (as_found(0o444, 0, 0), as_found(0o440, 0, 5), as_found(0o440, 1234, 0)):
        with pytest.raises(TokensUnusable, match="others can open it"):
            require_private(Path("credential"), shared)


def test_roots_own_file_is_not_lent_to_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(TokensUnusable, match="others can open it"):
        require_private(Path("tokens"), as_found(0o440, 0, 0))
