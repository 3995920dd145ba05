"""Raw traffic to and from files: our own captures, and recordings made by others.

Our own format is JSON lines, gzipped by suffix:
`{"received_ms":…,"source":…,"transport":"ws|http","url":…,"text":…|"base64":…}`, with `method`, `status` and
some `headers` where an answer over HTTP was recorded. Also read are recorders' lines
(`ts`, `conn`, `dir`, `url`, `data`), lines of `<receive ns> <json>`, and single frames (`id`, `captured`, `data`).
"""

import base64
import binascii
import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

import msgspec
from msgspec import Struct

from rtp_tui.text import redacted

MAX_LINE_BYTES = 16 * 1024 * 1024
"""A longer line is read in pieces, none of which is a record: each counts as bad."""


_OWNER_ALONE = 0o600
_FAST = 5
"""Of gzip's levels: raw traffic shrinks to a tenth, and more effort gains little."""


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
    method: str = ""
    """Of a request over HTTP."""
    status: int = 0
    """Of its answer; 0 where the recording does not tell."""
    headers: tuple[tuple[str, str], ...] = ()
    """Of its answer, as far as they were recorded."""

    @property
    def content(self) -> bytes:
        """What came off the wire."""
        return self.text.encode() if self.payload is None else self.payload


class _Line(Struct, omit_defaults=True):
    """Every field of every line format; which are present tells the formats apart."""

    received_ms: int | None = None
    source: str | None = None
    transport: str | None = None
    url: str | None = None
    text: str | None = None
    base64: str | None = None
    method: str = ""
    status: int = 0
    headers: dict[str, str] = {}
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
            self._urls[record.conn] = record.url or ""
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
    """Writes frames in our own format, secrets redacted; a context manager, gzipped where the suffix is `.gz`.

    Entering it makes the file, which must not exist unless `replaces`; it is never reached through a link at its
    name. What is flushed can be read even where the process is killed.
    """

    def __init__(self, path: Path, *, replaces: bool = False) -> None:
        self.path = path
        self.frames = 0
        self.bytes = 0
        """Of what was written, before it was compressed."""
        self._replaces = replaces
        self._raw: BinaryIO | None = None
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        existing = os.O_TRUNC if self._replaces else os.O_EXCL
        handle = os.open(
            self.path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | existing, _OWNER_ALONE
        )
        self._raw = self._file = cast("BinaryIO", os.fdopen(handle, "wb"))
        if self.path.suffix == ".gz":
            self._file = cast(
                "BinaryIO", gzip.GzipFile(filename="", mode="wb", compresslevel=_FAST, fileobj=self._raw)
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        file, raw, self._file, self._raw = self._file, self._raw, None, None
        for part in (file, raw):
            if part is not None:
                # On the way out of a failure the disk will not take the end either: the failure is what counts.
                with suppress(OSError) if kind is not None else nullcontext():
                    part.close()

    def write(self, frame: CapturedFrame) -> None:
        """Append one frame; raises OSError when it cannot be written, ValueError outside `with`."""
        if self._file is None:
            raise ValueError("the capture is not open")
        line = _encode_line(_line_of(frame)) + b"\n"
        self._file.write(line)
        self.frames += 1
        self.bytes += len(line)

    def flush(self) -> None:
        """Hand over what was written, so that it can be read whatever happens next. Raises OSError."""
        if self._file is not None and self._raw is not None:
            self._file.flush()
            self._raw.flush()


def _own(record: _Line, received_ms: int) -> CapturedFrame:
    payload = None if record.base64 is None else base64.b64decode(record.base64, validate=True)
    if record.text is None and payload is None:
        raise ValueError("neither text nor base64")
    headers = tuple(record.headers.items())
    return CapturedFrame(
        received_ms, record.source or "", record.transport or "ws", record.url or "", record.text or "", payload,
        record.method, record.status, headers,
    )  # fmt: skip


def _line_of(frame: CapturedFrame) -> _Line:
    line = _Line(
        received_ms=frame.received_ms,
        source=frame.source,
        transport=frame.transport,
        url=redacted(frame.url),
        method=frame.method,
        status=frame.status,
        headers={name: redacted(value) for name, value in frame.headers},
    )
    if frame.payload is None:
        line.text = redacted(frame.text)
    else:
        line.base64 = base64.b64encode(frame.payload).decode()
    return line


def _opened(path: Path, mode: str) -> BinaryIO:
    if path.suffix == ".gz":
        return cast("BinaryIO", gzip.open(path, mode))
    return cast("BinaryIO", path.open(mode))
