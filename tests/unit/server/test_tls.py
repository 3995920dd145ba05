"""The certificate that the server shows: what is refused, and how it changes."""

import ssl
from pathlib import Path

import pytest

from rtp_tui.server.tls import Certificate, TlsUnusable
from tests.certificates import encrypt, make_certificate


def shown(listening: ssl.SSLContext, name: str | None = None) -> str:
    """The common name in the certificate that a handshake with a context ends with."""
    client_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client_context.check_hostname = False
    client_context.verify_mode = ssl.CERT_NONE
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = listening.wrap_bio(to_server, to_client, server_side=True)
    client = client_context.wrap_bio(to_client, to_server, server_hostname=name)
    ended = 0
    while ended < 2:
        ended = sum(map(has_shaken_hands, (client, server)))
    certificate = client.getpeercert(binary_form=True)
    assert certificate is not None
    return "second" if b"second" in certificate else "first"


def has_shaken_hands(side: ssl.SSLObject) -> bool:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make_certificate(folder, "first")
    make_certificate(folder, "second", "ec")
    return folder


def copied(folder: Path, into: Path, certificate: str, key: str) -> tuple[Path, Path]:
    """The files that a server is configured with, holding a certificate and a key."""
    (into / "cert.pem").write_bytes((folder / f"{certificate}.pem").read_bytes())
    (into / "key.pem").write_bytes((folder / f"{key}.key").read_bytes())
    return into / "cert.pem", into / "key.pem"


def certificate_in(files: tuple[Path, Path]) -> Certificate:
    return Certificate(str(files[0]), str(files[1]))


@pytest.mark.parametrize("name", [None, "localhost"])
def test_a_changed_certificate_is_shown_from_then_on_even_with_another_kind_of_key(
    folder: Path, tmp_path: Path, name: str | None
) -> None:
    certificate = certificate_in(copied(folder, tmp_path, "first", "first"))
    listening = certificate.context()
    assert shown(listening, name) == "first"

    copied(folder, tmp_path, "second", "second")
    assert shown(listening, name) == "first"
    certificate.reread()
    assert shown(listening, name) == "second"

    copied(folder, tmp_path, "first", "first")
    certificate.reread()
    assert shown(listening, name) == "first"


def test_a_bad_change_is_refused_and_the_old_one_shown_on(folder: Path, tmp_path: Path) -> None:
    certificate = certificate_in(copied(folder, tmp_path, "first", "first"))
    listening = certificate.context()
    copied(folder, tmp_path, "second", "first")

    with pytest.raises(TlsUnusable, match=r"key\.pem is not the key of .*cert\.pem"):
        certificate.reread()
    assert shown(listening) == "first"


def test_only_tls_1_2_and_later_is_spoken(folder: Path, tmp_path: Path) -> None:
    certificate = certificate_in(copied(folder, tmp_path, "first", "first"))

    assert certificate.context().minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("broken", ["cert.pem", "key.pem"])
def test_a_missing_or_broken_file_is_named(folder: Path, tmp_path: Path, broken: str) -> None:
    files = copied(folder, tmp_path, "first", "first")
    (tmp_path / broken).write_text("no PEM\n")
    with pytest.raises(TlsUnusable, match=f"{broken} holds no"):
        certificate_in(files).context()

    (tmp_path / broken).unlink()
    with pytest.raises(TlsUnusable, match=rf"{broken} cannot be read: No such file"):
        certificate_in(files).context()

    (tmp_path / broken).mkdir()
    with pytest.raises(TlsUnusable, match=rf"{broken} cannot be read: Is a directory"):
        certificate_in(files).context()


def test_an_encrypted_key_is_refused_without_a_question(folder: Path, tmp_path: Path) -> None:
    files = copied(folder, tmp_path, "first", "first")
    encrypt(files[1])

    with pytest.raises(TlsUnusable, match=r"key\.pem holds no usable key in PEM form without a password"):
        certificate_in(files).context()
