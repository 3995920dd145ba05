"""Rows as CSV, as JSON lines, or as Parquet, written a page at a time.

In CSV a cell of text that a spreadsheet would take for a formula begins with an apostrophe: one that begins with
`=`, `+`, `-`, `@`, their wide forms, a tab, a carriage return or a line feed, and one that begins with an apostrophe
itself, so that whoever takes one apostrophe away has the text. Numbers are left as they are. After RFC 4180 lines
end in CR LF; None is an empty cell, flags are `true` and `false`.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import BinaryIO, Protocol

import msgspec

from rtp_tui.reports.columns import Column, Row, Value
from rtp_tui.text import harmless

_ROWS_A_GROUP = 65_536
_FLAGS = {None: None, True: "true", False: "false"}


class ExportFormat(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


class RowWriter(Protocol):
    """Takes rows page by page; `close` writes what is left, and leaves the file open."""

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows. Raises OSError."""
        ...

    def close(self) -> None:
        """Write the end. Raises OSError."""
        ...


class ParquetMissing(Exception):
    """What writes Parquet is not installed; the message says how it is."""


class TextEncoder(Protocol):
    """Rows as lines of text."""

    header: bytes
    """What stands before all rows."""

    def __call__(self, rows: Sequence[Row]) -> bytes:
        """Lines, one a row."""
        ...


def text_encoder(written_as: ExportFormat, columns: Sequence[Column]) -> TextEncoder:
    """CSV or JSON lines."""
    return CsvRows(columns) if written_as is ExportFormat.CSV else JsonRows(columns)


def row_writer(written_as: ExportFormat, columns: Sequence[Column], file: BinaryIO) -> RowWriter:
    """A writer that has begun: a header stands there even where no row follows. Raises ParquetMissing, OSError."""
    if written_as is ExportFormat.PARQUET:
        return ParquetWriter(columns, file)
    return TextWriter(written_as, columns, file)


class TextWriter:
    """Writes lines."""

    def __init__(self, written_as: ExportFormat, columns: Sequence[Column], file: BinaryIO) -> None:
        self._encode = text_encoder(written_as, columns)
        self._file = file
        file.write(self._encode.header)

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows."""
        self._file.write(self._encode(rows))

    def close(self) -> None:
        """Nothing is left."""


class ParquetWriter:
    """Writes groups of rows, compressed; the moments stay integers, as they are named."""

    def __init__(self, columns: Sequence[Column], file: BinaryIO) -> None:
        try:
            import pyarrow as pa  # heavy, and an extra: only where somebody wants it
            from pyarrow import parquet
        except ImportError:
            words = "Parquet needs pyarrow, which is not installed: pip install 'rtp-tui[parquet]'"
            raise ParquetMissing(words) from None
        kinds = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
        self._schema = pa.schema([(column.name, kinds[column.type]) for column in columns])
        self._batch = pa.record_batch
        self._array = pa.array
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._waiting: list[Row] = []

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows; they are written when there are enough of them."""
        self._waiting += rows
        if len(self._waiting) >= _ROWS_A_GROUP:
            self._write()

    def close(self) -> None:
        """Write what waits, and the file's description of itself."""
        if self._waiting:
            self._write()
        self._writer.close()

    def _write(self) -> None:
        cells = zip(*self._waiting, strict=True)
        arrays = [self._array(column, field.type) for column, field in zip(cells, self._schema, strict=True)]
        self._writer.write_batch(self._batch(arrays, schema=self._schema))
        self._waiting = []


class JsonRows:
    """One object a line."""

    header = b""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._names = tuple(column.name for column in columns)
        self._encoder = msgspec.json.Encoder()

    def __call__(self, rows: Sequence[Row]) -> bytes:
        """Lines, one a row."""
        return self._encoder.encode_lines([dict(zip(self._names, row, strict=True)) for row in rows])


class CsvRows:
    """One record a row, written column by column."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.header = _csv_lines([tuple(column.name for column in columns)])
        self._written = [_WRITTEN.get(column.type) for column in columns]

    def __call__(self, rows: Sequence[Row]) -> bytes:
        """Lines, one a row."""
        if not rows:
            return b""
        cells = [
            column if written is None else map(written, column)
            for written, column in zip(self._written, zip(*rows, strict=True), strict=True)
        ]
        return _csv_lines(zip(*cells, strict=True))


def _csv_lines(rows: Iterable[Sequence[Value]]) -> bytes:
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return lines.getvalue().encode("utf-8", "replace")


_WRITTEN: dict[type, Callable[[Value], Value]] = {str: harmless, bool: _FLAGS.__getitem__}  # type: ignore[dict-item]
