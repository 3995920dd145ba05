import os
import sys
from pathlib import Path
from time import monotonic, sleep
from types import ModuleType

import pytest

from rtp_tui.sources.contract import AccessDenied
from rtp_tui.sources.secrets import PATIENCE_S, Secrets


def test_a_secret_of_the_environment_is_found_by_its_name() -> None:
    assert Secrets({"NAME": " s3cret\n"}).reveal("env:NAME") == "s3cret"


def test_a_secret_of_a_file_is_read_again_each_time(tmp_path: Path) -> None:
    path = tmp_path / "token"
    secrets = Secrets({})
    path.write_text("first\n")
    assert secrets.reveal(f"file:{path}") == "first"
    path.write_text("second\n")
    assert secrets.reveal(f"file:{path}") == "second"


def test_a_file_that_does_not_answer_is_waited_for_once_and_leaves_the_secret_that_was_known(
    tmp_path: Path,
) -> None:
    path, reference = tmp_path / "token", f"file:{tmp_path / 'token'}"
    secrets = Secrets({})
    path.write_text("first")
    assert secrets.reveal(reference) == "first"
    path.unlink()
    os.mkfifo(path)  # whoever opens it waits until somebody writes
    began_s = monotonic()
    assert {secrets.reveal(reference) for _ in range(100)} == {"first"}
    assert monotonic() - began_s < 20 * PATIENCE_S

    path.write_text("second")
    while secrets.reveal(reference) != "second":
        sleep(0.01)
    path.unlink()
    path.write_text("third")
    while secrets.reveal(reference) != "third":
        sleep(0.01)


def test_a_file_that_never_answered_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "token")
    with pytest.raises(AccessDenied, match="does not answer"):
        Secrets({}).reveal(f"file:{tmp_path / 'token'}")
    (tmp_path / "token").write_text("for the one who waits")


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xff\xfe", b"two\nlines", "Schlüssel".encode()])
def test_what_cannot_be_a_secret_is_refused_without_being_shown(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "token"
    path.write_bytes(content)
    with pytest.raises(AccessDenied) as raised:
        Secrets({}).reveal(f"file:{path}")
    assert str(raised.value) == f"file:{path} holds no secret"


@pytest.mark.parametrize("reference", ["env:NOPE", "file:/nonexistent/token", "other:thing", ""])
def test_a_place_without_a_secret_is_refused(reference: str) -> None:
    with pytest.raises(AccessDenied, match="holds no secret"):
        Secrets({}).reveal(reference)


def a_keyring(answer: Exception | str | None) -> ModuleType:
    """The package as far as it is used; it is an extra that may be absent."""
    module = ModuleType("keyring")

    def get_password(_service: str, _user: str) -> str | None:
        if isinstance(answer, Exception):
            raise answer
        return answer

    module.__dict__["get_password"] = get_password
    return module


@pytest.mark.parametrize(
    "answer", [RuntimeError("No recommended backend was available"), OSError("locked"), None, ""]
)
def test_a_keyring_that_gives_nothing_holds_no_secret(
    answer: Exception | str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", a_keyring(answer))
    with pytest.raises(AccessDenied, match="keyring:desk/me"):
        Secrets({}).reveal("keyring:desk/me")


def test_a_secret_of_a_keyring_is_found_by_service_and_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", a_keyring("s3cret"))
    assert Secrets({}).reveal("keyring:desk/me") == "s3cret"
