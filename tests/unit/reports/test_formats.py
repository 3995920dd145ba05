"""Rows as CSV, JSON lines and Parquet."""

import csv
import io
import sys
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from rtp_tui.reports.columns import ALERTS, BARS, SIGNALS, TICKS, Column, Row
from rtp_tui.reports.formats import ExportFormat, ParquetMissing, row_writer, text_encoder
from rtp_tui.text import harmless
from tests.factories import BTC, a_bar, a_trade, an_alert

COLUMNS = (Column("text", str), Column("whole", int), Column("real", float), Column("flag", bool))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
REALS = st.floats(allow_nan=False, allow_infinity=False)
ROWS = st.lists(st.tuples(TEXTS, st.none() | INTEGERS, st.none() | REALS, st.booleans()), max_size=30)
FORMULAS = ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1")


def read_csv(written: bytes) -> list[Row]:
    """Reads what was written, by the promise that one apostrophe in front is ours."""
    header, *rows = csv.reader(io.StringIO(written.decode(), newline=""))
    assert header == [column.name for column in COLUMNS]
    return [
        (
            text.removeprefix("'"),
            int(whole) if whole else None,
            float(real) if real else None,
            flag == "true",
        )
        for text, whole, real, flag in rows
    ]


def written(form: ExportFormat, columns: tuple[Column, ...], *pages: list[Any]) -> bytes:
    file = io.BytesIO()
    writer = row_writer(form, columns, file)
    for page in pages:
        writer.write(page)
    writer.close()
    return file.getvalue()


@given(ROWS)
def test_csv_gives_the_rows_back(rows: list[Row]) -> None:
    assert read_csv(written(ExportFormat.CSV, COLUMNS, rows)) == rows


@given(ROWS)
def test_json_lines_give_the_rows_back(rows: list[Row]) -> None:
    lines = written(ExportFormat.JSON_LINES, COLUMNS, rows).splitlines()
    assert [tuple(msgspec.json.decode(line).values()) for line in lines] == rows


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_that_looks_like_a_formula_is_made_harmless(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert f"'{text}" in written(ExportFormat.CSV, COLUMNS, [(text, 1, 1.0, True)]).decode()


def test_numbers_stay_numbers() -> None:
    line = written(ExportFormat.CSV, COLUMNS, [("a", -1, -0.1, False)]).splitlines()[1]
    assert line == b"a,-1,-0.1,false"


@pytest.mark.parametrize("rows", [[], [("=a", 1, None, True), ("b", None, 2.5, False)]])
def test_parquet_has_the_rows_and_their_types(rows: list[Row]) -> None:
    file = io.BytesIO(written(ExportFormat.PARQUET, COLUMNS, rows))
    found = parquet.read_table(file)
    assert [str(field.type) for field in found.schema] == ["string", "int64", "double", "bool"]
    assert [tuple(row.values()) for row in found.to_pylist()] == rows


def test_parquet_needs_no_file_that_can_be_rewound() -> None:
    class Pipe(io.RawIOBase):
        sent = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.sent += bytes(data)
            return len(data)

    pipe = Pipe()
    writer = row_writer(ExportFormat.PARQUET, COLUMNS, pipe)  # type: ignore[arg-type]
    writer.write([("a", 1, 2.0, True)])
    writer.close()
    assert parquet.read_table(io.BytesIO(pipe.sent)).num_rows == 1


def test_without_pyarrow_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ParquetMissing, match=r"rtp-tui\[parquet\]"):
        row_writer(ExportFormat.PARQUET, COLUMNS, io.BytesIO())


def test_each_row_has_a_value_of_its_column_s_type_or_none() -> None:
    samples: list[tuple[Any, Row]] = [
        (TICKS.columns, TICKS.values(a_trade())),
        (BARS.columns, BARS.values(a_bar())),
        (ALERTS.columns, ALERTS.values(an_alert())),
    ]
    for columns, row in samples:
        assert len(columns) == len(row)
        for column, value in zip(columns, row, strict=True):
            assert value is None or type(value) is column.type or isinstance(value, column.type), column.name
    assert TICKS.values(a_trade())[0] == BTC
    assert text_encoder(ExportFormat.CSV, SIGNALS.columns).header.startswith(b"id,strategy,instrument,")
