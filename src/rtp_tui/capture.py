"""Raw traffic to and from files: our own captures, and recordings made by others.

Our own format is JSON lines, gzipped by suffix:
`{"received_ms":…,"source":…,"transport":"ws|http","url":…,"text":…|"base64":…}`. Also read are recorders' lines
(`ts`, `conn`, `dir`, `url`, `data`), lines of `<receive ns> <json>`, and single frames (`id`, `captured`, `data`).
"""

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

import msgspec
from msgspec import Struct

from rtp_tui.text import redacted

MAX_LINE_BYTES = 16 * 1024 * 1024
"""A longer line is read in pieces, none of which is a record: each counts as bad."""


class CapturedFrame(Struct, frozen=True, gc=False):
    """One message as it came off the wire."""

    received_ms: int
    """The recorder's clock; 0 where the recording has no times."""
    source: str
    transport: str
    """`ws` or `http`."""
    url: str
    text: str
    payload: bytes | None = None
    """The bytes of a binary message; `text` is empty then."""


class _Line(Struct, omit_defaults=True):
    """Every field of every line format; which are present tells the formats apart."""

    received_ms: int | None = None
    source: str = ""
    transport: str = "ws"
    url: str = ""
    text: str | None = None
    base64: str | None = None
    ts: float | None = None
    conn: str = ""
    dir: str = ""
    id: str | None = None
    data: str | None = None


_decode_line = msgspec.json.Decoder(_Line).decode
_encode_line = msgspec.json.Encoder().encode


class CaptureFile:
    """Iterates over the frames of a file in the order of its lines; raises OSError where it cannot be read.

    `bad_lines` counts what was skipped; `truncated` says that a gzip stream ended early.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bad_lines = 0
        self.truncated = False
        self._folder_source = path.absolute().parent.parent.name
        self._urls: dict[str, str] = {}

    def __iter__(self) -> Iterator[CapturedFrame]:
        self.bad_lines, self.truncated = 0, False
        self._urls.clear()
        with _opened(self.path, "rb") as file:
            for line in self._lines(file):
                try:
                    frame = self._frame(line)
                except (ValueError, binascii.Error):
                    self.bad_lines += 1
                    continue
                if frame is not None:
                    yield frame

    def _lines(self, file: BinaryIO) -> Iterator[bytes]:
        try:
            while line := file.readline(MAX_LINE_BYTES):
                if line := line.strip():
                    yield line
        except (EOFError, zlib.error, gzip.BadGzipFile):
            self.truncated = True

    def _frame(self, line: bytes) -> CapturedFrame | None:
        """Read one line; None for what is not a received message. Raises ValueError (msgspec's errors too)."""
        if not line.startswith(b"{"):
            return self._timed_text(line)
        record = _decode_line(line)
        if record.received_ms is not None:
            return _own(record, record.received_ms)
        if record.ts is not None:
            return self._recorded(record, round(record.ts * 1000))
        if record.id is not None and record.data is not None:
            return CapturedFrame(0, self._folder_source, "ws", "", record.data)
        raise ValueError("no known line format")

    def _timed_text(self, line: bytes) -> CapturedFrame:
        nanoseconds, _, text = line.decode().partition(" ")
        if not text.startswith(("{", "[")):
            raise ValueError("no message after the time")
        # Such recordings mix in order-book snapshots fetched over HTTP; they alone open this way.
        transport = "http" if text.startswith('{"lastUpdateId"') else "ws"
        return CapturedFrame(int(nanoseconds) // 1_000_000, self._folder_source, transport, "", text)

    def _recorded(self, record: _Line, received_ms: int) -> CapturedFrame | None:
        if record.dir == "open":
            self._urls[record.conn] = record.url
        if record.dir not in ("recv", "http") or record.data is None:
            return None
        return CapturedFrame(
            received_ms,
            record.conn.lower().partition(".")[0] or self._folder_source,
            "http" if record.dir == "http" else "ws",
            record.url or self._urls.get(record.conn, ""),
            record.data,
        )


class CaptureWriter:
    """Writes frames in our own format, secrets redacted; a context manager, gzipped where the suffix is `.gz`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.frames = 0
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        self._file = _opened(self.path, "wb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def write(self, frame: CapturedFrame) -> None:
        """Append one frame; raises OSError when it cannot be written, ValueError outside `with`."""
        if self._file is None:
            raise ValueError("the capture is not open")
        self._file.write(_encode_line(_line_of(frame)) + b"\n")
        self.frames += 1


def _own(record: _Line, received_ms: int) -> CapturedFrame:
    payload = None if record.base64 is None else base64.b64decode(record.base64, validate=True)
    if record.text is None and payload is None:
        raise ValueError("neither text nor base64")
    return CapturedFrame(received_ms, record.source, record.transport, record.url, record.text or "", payload)


def _line_of(frame: CapturedFrame) -> dict[str, str | int]:
    line: dict[str, str | int] = {
        "received_ms": frame.received_ms,
        "source": frame.source,
        "transport": frame.transport,
        "url": redacted(frame.url),
    }
    if frame.payload is None:
        line["text"] = redacted(frame.text)
    else:
        line["base64"] = base64.b64encode(frame.payload).decode()
    return line


def _opened(path: Path, mode: str) -> BinaryIO:
    if path.suffix == ".gz":
        return cast("BinaryIO", gzip.open(path, mode))
    return cast("BinaryIO", path.open(mode))
