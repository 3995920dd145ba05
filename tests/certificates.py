"""Certificates for loopback, made by the openssl program."""

import shutil
import subprocess
from pathlib import Path

import pytest


def make_certificate(folder: Path, name: str = "rtp", kind: str = "rsa") -> tuple[Path, Path]:
    """A self-signed certificate of 127.0.0.1 and localhost in `folder`, and its key; `kind` is rsa or ec."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    of_kind = ["rsa:2048"] if kind == "rsa" else ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    openssl(
        "req", "-x509", "-nodes", "-days", "2", "-newkey", *of_kind, "-subj", f"/CN={name}",
        "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", certificate,
    )  # fmt: skip
    return certificate, key


def encrypt(key: Path) -> None:
    """Put a password on a key."""
    locked = key.with_suffix(".locked")
    openssl("pkcs8", "-topk8", "-v2", "aes256", "-passout", "pass:secret", "-in", key, "-out", locked)
    locked.replace(key)


def openssl(*arguments: str | Path) -> None:
    """Run the program; the test is skipped where there is none."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("the openssl program is absent, which makes certificates for this test")
    subprocess.run([program, *arguments], check=True, capture_output=True)
