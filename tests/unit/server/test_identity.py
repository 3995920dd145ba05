"""Who asks: by token where there are tokens, else by where the request comes from."""

from pathlib import Path
from typing import Any

import pytest

from rtp_tui.model.clients import Scope
from rtp_tui.model.errors import NotAuthenticated, TooManyRequests
from rtp_tui.server.guesses import GUESSES, WITHIN_S, Guesses
from rtp_tui.server.identity import Identity
from rtp_tui.server.settings import ServerSettings
from rtp_tui.server.tokens import Tokens
from tests.fakes import FakeClock
from tests.token_files import OPERATOR, READER, STRANGER, token_file

HERE, ELSEWHERE = "127.0.0.1", "192.0.2.7"


def bearer(token: str) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", f"Bearer {token}".encode())]


def by_place(**settings: Any) -> Identity:
    return Identity(ServerSettings(**settings), None, Guesses(FakeClock()))


def by_token(directory: Path, clock: FakeClock | None = None, **settings: Any) -> Identity:
    path = token_file(directory)
    tokens = Tokens(path)
    tokens.reread()
    return Identity(ServerSettings(token_file=str(path), **settings), tokens, Guesses(clock or FakeClock()))


@pytest.mark.parametrize(
    ("address", "settings", "scope"),
    [
        (HERE, {}, Scope.CONTROL),
        ("::1", {}, Scope.CONTROL),
        ("::ffff:127.0.0.1", {}, Scope.CONTROL),
        ("127.8.8.8", {}, Scope.CONTROL),
        (HERE, {"local_control": False}, Scope.READ),
        (HERE, {"insecure": True, "host": "0.0.0.0"}, Scope.CONTROL),
        (ELSEWHERE, {"insecure": True, "host": "0.0.0.0"}, Scope.READ),
        (ELSEWHERE, {}, Scope.NONE),
        ("", {}, Scope.NONE),
        ("localhost.evil.example", {}, Scope.NONE),
    ],
)
def test_without_a_token_file_the_place_decides(address: str, settings: dict[str, Any], scope: Scope) -> None:
    assert by_place(**settings).caller(address, []).scope is scope


@pytest.mark.parametrize("header", [b"forwarded", b"x-forwarded-for", b"x-real-ip"])
def test_what_a_proxy_of_this_machine_hands_on_is_not_of_this_machine(header: bytes) -> None:
    assert by_place().caller(HERE, [(header, b"127.0.0.1")]).scope is Scope.NONE
    assert by_place(insecure=True).caller(HERE, [(header, b"192.0.2.7")]).scope is Scope.READ


@pytest.mark.parametrize("address", [HERE, ELSEWHERE])
@pytest.mark.parametrize("settings", [{}, {"local_control": False}, {"insecure": True, "host": "0.0.0.0"}])
def test_with_a_token_file_nobody_is_known_without_a_token_wherever_he_is(
    address: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    identity = by_token(tmp_path, **settings)

    assert identity.caller(address, []).scope is Scope.NONE
    reader, operator = identity.caller(address, bearer(READER)), identity.caller(address, bearer(OPERATOR))
    assert (reader.name, reader.scope, reader.address) == ("board", Scope.READ, address)
    assert (operator.name, operator.scope) == ("ops", Scope.CONTROL)


@pytest.mark.parametrize(
    "headers",
    [
        bearer(STRANGER),
        bearer(""),
        [(b"authorization", READER.encode())],
        [(b"authorization", b"Basic " + READER.encode())],
        [(b"authorization", b"\xff\xfe")],
        bearer(READER) * 2,
        bearer(READER + " " + OPERATOR),
    ],
)
def test_a_header_that_shows_no_known_token_is_nobodys(
    headers: list[tuple[bytes, bytes]], tmp_path: Path
) -> None:
    with pytest.raises(NotAuthenticated):
        by_token(tmp_path).caller(HERE, headers)


def test_the_scheme_may_be_written_in_any_case(tmp_path: Path) -> None:
    headers = [(b"authorization", b"bEARER  " + READER.encode())]

    assert by_token(tmp_path).caller(HERE, headers).name == "board"


async def test_after_many_bad_tokens_not_even_a_good_one_from_there_is_looked_at_for_a_while(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    identity = by_token(tmp_path, clock)
    for _ in range(GUESSES):
        with pytest.raises(NotAuthenticated):
            identity.caller(ELSEWHERE, bearer(STRANGER))
    for token in (STRANGER, READER):
        with pytest.raises(TooManyRequests):
            identity.caller(ELSEWHERE, bearer(token))
    assert identity.wait_s(ELSEWHERE) == WITHIN_S
    assert identity.caller(HERE, bearer(READER)).name == "board"
    await clock.advance(WITHIN_S)
    assert identity.caller(ELSEWHERE, bearer(READER)).name == "board"


def test_requests_without_a_token_are_no_guesses(tmp_path: Path) -> None:
    identity = by_token(tmp_path)
    for _ in range(5 * GUESSES):
        identity.caller(ELSEWHERE, [])

    assert identity.caller(ELSEWHERE, bearer(READER)).name == "board"


def test_those_whose_token_is_gone_are_known_no_longer(tmp_path: Path) -> None:
    path = token_file(tmp_path)
    tokens = Tokens(path)
    tokens.reread()
    identity = Identity(ServerSettings(token_file=str(path)), tokens, Guesses(FakeClock()))
    reader, operator = identity.caller(HERE, bearer(READER)), identity.caller(HERE, bearer(OPERATOR))
    token_file(tmp_path, f"read {READER} board\nread {OPERATOR} ops\n")
    tokens.reread()

    assert identity.still_knows(reader)
    assert not identity.still_knows(operator)
    assert by_place().still_knows(by_place().caller(HERE, []))
