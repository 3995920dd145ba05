"""The server with a certificate: who is served, what is refused, and how it is changed under way."""

import asyncio
import json
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rtp_tui.api.remote import RemotePipeline
from rtp_tui.clock import SystemClock
from rtp_tui.model.events import Snapshot
from rtp_tui.net.settings import NetSettings
from tests.accept.running import PATIENCE_S, RTP_TUI, Running, clean_environment, served, wait_for
from tests.certificates import make_certificate

pytestmark = pytest.mark.accept


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    show(folder, "first")
    (folder / "config.toml").write_text(
        "[server]\nport = 0\ntls_certificate = 'cert.pem'\ntls_key = 'key.pem'\n[net]\nca_file = 'trusted.pem'\n"
    )
    return folder


def show(folder: Path, name: str) -> None:
    """Put a new certificate where the server reads it; clients trust all that there were."""
    certificate, key = make_certificate(folder, name, "ec" if name == "second" else "rsa")
    shutil.copy(certificate, folder / "cert.pem")
    shutil.copy(key, folder / "key.pem")
    with (folder / "trusted.pem").open("a") as trusted:
        trusted.write(certificate.read_text())


@pytest.fixture(scope="module")
def demo(folder: Path) -> Iterator[Running]:
    arguments = (
        "--demo",
        "--serve",
        "--config",
        str(folder / "config.toml"),
        "--data-dir",
        str(folder / "d"),
    )
    with served(folder, *arguments) as running:
        yield running
        assert running.end() == 0
        assert "Traceback" not in running.said


def port_of(demo: Running) -> int:
    return httpx.URL(demo.url).port or 0


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / "trusted.pem"))


def shown_by(demo: Running) -> bytes:
    """The certificate that a new connection gets."""
    pem = ssl.get_server_certificate(("127.0.0.1", port_of(demo)), timeout=PATIENCE_S)
    return ssl.PEM_cert_to_DER_cert(pem)


def told(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command of the program that finds the server by its data directory."""
    return subprocess.run(
        [*RTP_TUI, *arguments, "--config", str(folder / "config.toml"), "--data-dir", str(folder / "d")],
        env=clean_environment(folder), capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip


def test_clients_that_trust_the_certificate_are_served(demo: Running, folder: Path) -> None:
    assert demo.url.startswith("https://127.0.0.1:")
    assert json.loads((folder / "d" / "server.json").read_text())["url"] == demo.url
    with httpx.Client(verify=trusting(folder), timeout=PATIENCE_S) as client:
        assert client.get(demo.url + "/livez").status_code == 200
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(demo.url + "/livez", timeout=PATIENCE_S)


def test_commands_and_followers_come_in_through_tls(demo: Running, folder: Path) -> None:
    assert json.loads(told(folder, "status", "--json").stdout)["pipeline"]["state"]
    watched = told(folder, "watch", "--once", "--json")
    assert watched.returncode == 0, watched.stderr
    assert "crypto:BTC" in watched.stdout


def test_the_door_of_a_console_elsewhere_opens_through_tls(demo: Running, folder: Path) -> None:
    async def first_update() -> object:
        settings = NetSettings(ca_file=str(folder / "trusted.pem"))
        pipeline = RemotePipeline(demo.url.replace("https", "wss"), SystemClock(), settings)
        async with asyncio.timeout(PATIENCE_S), pipeline.watch() as updates:
            return await anext(updates)

    assert isinstance(asyncio.run(first_update()), Snapshot)


def test_a_command_that_does_not_trust_the_server_says_so(demo: Running, folder: Path) -> None:
    asked = subprocess.run(
        [*RTP_TUI, "status", "--data-dir", str(folder / "d")],
        env=clean_environment(folder), capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip

    assert asked.returncode == 69
    assert "certificate is not trusted" in asked.stderr
    assert "Traceback" not in asked.stderr


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_versions_of_tls_are_refused_and_new_ones_spoken(demo: Running, version: str) -> None:
    assert not negotiates(demo, version)
    assert negotiates(demo, "-tls1_2")
    assert negotiates(demo, "-tls1_3")


def negotiates(demo: Running, version: str) -> bool:
    """Whether a handshake of a version succeeds; the cipher level lets the client try the old ones at all."""
    openssl = shutil.which("openssl")
    assert openssl is not None
    tried = subprocess.run(
        [openssl, "s_client", version, "-cipher", "ALL:@SECLEVEL=0", "-connect", f"127.0.0.1:{port_of(demo)}"],
        input="Q\n", capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    return "Cipher is (NONE)" not in tried.stdout and "New, TLS" in tried.stdout


def test_plain_http_and_silence_end_within_seconds(demo: Running) -> None:
    silent, plain = (
        socket.create_connection(("127.0.0.1", port_of(demo)), timeout=PATIENCE_S) for _ in range(2)
    )
    plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for connection in (silent, plain):
        try:
            while connection.recv(4096):
                pass
        except ConnectionResetError:
            pass
        connection.close()


def test_a_hangup_shows_a_changed_certificate_and_a_bad_one_leaves_the_old(
    demo: Running, folder: Path
) -> None:
    first = shown_by(demo)
    show(folder, "second")
    demo.process.send_signal(signal.SIGHUP)
    wait_for(lambda: _is_other(demo, first))
    second = shown_by(demo)

    (folder / "key.pem").write_text("no key")
    demo.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "key.pem" in demo.said)
    assert shown_by(demo) == second
    with httpx.Client(verify=trusting(folder), timeout=PATIENCE_S) as client:
        assert client.get(demo.url + "/livez").status_code == 200
    assert demo.process.poll() is None
    show(folder, "second")


def _is_other(demo: Running, first: bytes) -> bool:
    try:
        return shown_by(demo) != first
    except OSError:
        return False


@pytest.mark.parametrize("broken", ["cert.pem", "key.pem"])
def test_a_certificate_that_cannot_be_used_is_named_at_the_start(tmp_path: Path, broken: str) -> None:
    show(tmp_path, "own")
    (tmp_path / broken).unlink()
    config = tmp_path / "config.toml"
    config.write_text("[server]\nport = 0\ntls_certificate = 'cert.pem'\ntls_key = 'key.pem'\n")
    arguments = ("--demo", "--serve", "--config", str(config), "--data-dir", str(tmp_path / "d"))
    with served(tmp_path, *arguments, listens=False) as running:
        assert running.process.wait(30) == 78
        assert broken in running.said
        assert "Traceback" not in running.said
