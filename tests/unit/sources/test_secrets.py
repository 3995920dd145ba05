import sys
from pathlib import Path
from types import ModuleType

import pytest

from rtp_tui.sources.contract import AccessDenied
from rtp_tui.sources.secrets import Secrets


def test_a_secret_of_the_environment_is_found_by_its_name() -> None:
    assert Secrets({"NAME": " s3cret\n"}).reveal("env:NAME") == "s3cret"


def test_a_secret_of_a_file_is_read_again_each_time(tmp_path: Path) -> None:
    path = tmp_path / "token"
    secrets = Secrets({})
    path.write_text("first\n")
    assert secrets.reveal(f"file:{path}") == "first"
    path.write_text("second\n")
    assert secrets.reveal(f"file:{path}") == "second"


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
