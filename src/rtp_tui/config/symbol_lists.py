"""Reads the files that instrument sets take their symbols from."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from rtp_tui.config.shipped import shipped_list

MAX_SYMBOLS_BYTES = 1_000_000

Row = Mapping[str, str]
"""Columns by name, `symbol` among them."""


def rows_of(path: str) -> tuple[Row, ...]:
    """The symbols of a file: one a line, or a table of comma-separated values whose first line names the columns.

    `#` begins a comment. A list that comes with the program is found by its name where no such file is there.
    Raises ValueError.
    """
    lines = [line for line in _lines(path) if line]
    if not path.lower().endswith(".csv"):
        return tuple({"symbol": line} for line in lines)
    return tuple(_table(path, lines))


def _table(path: str, lines: list[str]) -> Iterator[Row]:
    import csv  # heavy: only lists with columns need it

    columns, *rows = csv.reader(lines) if lines else [[]]
    if "symbol" not in columns:
        raise ValueError(f"{path} has no column symbol")
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"{path}: {','.join(row)} has {len(row)} of {len(columns)} columns")
        yield dict(zip(columns, map(str.strip, row), strict=True))


def _lines(path: str) -> Iterator[str]:
    try:
        with _found(path).open("rb") as file:
            content = file.read(MAX_SYMBOLS_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text") from None
    if len(content) > MAX_SYMBOLS_BYTES:
        raise ValueError(f"{path} is larger than {MAX_SYMBOLS_BYTES // 1_000_000} MB")
    return (line.partition("#")[0].strip() for line in text.splitlines())


def _found(path: str) -> Path:
    named = Path(path)
    return named if named.exists() else shipped_list(named.name) or named
