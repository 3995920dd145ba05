"""Where real recordings are, and how one exchange over HTTP becomes an answer."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from rtp_tui.net.http import HttpReply
from tests.fake_http import FakeHttp

RECORDINGS = Path(
    os.environ.get("RTP_RECORDINGS", Path(__file__).parents[2].parent / "shared" / "data" / "feeds")
)
needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no recordings at {RECORDINGS}")


def entry_of(recording: str) -> dict[str, Any]:
    """What the manifest says of a recording."""
    manifest: list[dict[str, Any]] = json.loads((RECORDINGS / "MANIFEST.json").read_text())
    (entry,) = (entry for entry in manifest if entry["file"] == recording)
    return entry


def reply_of(recording: str) -> HttpReply:
    """The answer of a recorded exchange, or a recorded body alone."""
    content = (RECORDINGS / recording).read_bytes()
    text = (gzip.decompress(content) if recording.endswith(".gz") else content).decode()
    if not recording.removesuffix(".gz").endswith(".http.json"):
        return HttpReply(200, {}, text.encode())
    response = json.loads(text)["response"]
    headers = {name: str(value) for name, value in response["headers"].items()}
    return HttpReply(response["status"], headers, (response["body"] or "").encode())


def http_of(recording: str) -> FakeHttp:
    """A client that always gets the recorded answer."""
    reply = reply_of(recording)
    return FakeHttp(lambda path, params: reply)
