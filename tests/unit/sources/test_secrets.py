from pathlib import Path

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
