"""Of a damaged file everything is saved but what is on its broken pages."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rtp_tui.storage.opening import Opened, open_writer, set_aside
from rtp_tui.storage.salvage import salvage
from tests.factories import NOW_MS

PAGE = 4096
BARS, TICKS = 2_000, 20_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


def fill(path: Path) -> None:
    """Two instruments of one feed, with their bars, events and ticks."""
    with closing(open_writer(path, NOW_MS).connection) as db:
        db.execute("BEGIN")
        db.executemany("INSERT INTO instruments (name) VALUES (?)", [("crypto:BTC",), ("crypto:ETH",)])
        db.execute("INSERT INTO feeds (name) VALUES ('binance:BTCUSDT')")
        db.executemany(
            "INSERT INTO bars (instrument_id, timeframe, open_ms, open, high, low, close, volume, trades, closed,"
            " revision, origin, feed_id) VALUES (?, '1m', ?, 2.0, 3.0, 1.0, 2.0, 1.0, 1, 1, 0, 'live', 1)",
            [(1 + number % 2, number * 60_000) for number in range(BARS)],
        )
        db.executemany(
            "INSERT INTO events (epoch, seq, at_ms, topic, payload) VALUES ('e', ?, ?, 'log', '{}')",
            [(number, number) for number in range(500)],
        )
        db.executemany(
            "INSERT INTO ticks (instrument_id, feed_id, kind, received_ms, price, stored_ms) VALUES (1, 1, 0, ?, 1.0, 1)",
            [(number,) for number in range(TICKS)],
        )
        db.execute("COMMIT")


def count(connection: sqlite3.Connection, table: str) -> int:
    found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return found


def overwrite(path: Path, page: int, pages: int = 1) -> None:
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xa5" * PAGE * pages)


def page_of(path: Path, table: str, share: float) -> int:
    """A page that holds rows of a table."""
    with closing(sqlite3.connect(path)) as db:
        try:
            pages = [
                row[0]
                for row in db.execute(
                    "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY pageno", (table,)
                )
            ]
        except sqlite3.OperationalError:
            pytest.skip("this SQLite cannot say where its tables are (dbstat)")
    return int(pages[int(len(pages) * share)])


def begun_instead(path: Path) -> Opened:
    return open_writer(path, NOW_MS, is_over=lambda: False)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
@pytest.mark.parametrize("table", ["bars", "ticks"])
def test_a_broken_page_costs_little_more_than_what_is_on_it(path: Path, table: str, share: float) -> None:
    fill(path)
    overwrite(path, page_of(path, table, share))
    opened = begun_instead(path)
    with closing(opened.connection) as db:
        whole = {"bars": BARS, "ticks": TICKS}
        assert whole[table] * 0.9 < count(db, table) < whole[table]
        assert count(db, "events") == 500
        assert count(db, "instruments") == 2
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert "were saved" in opened.note
    assert "the rest cannot be read" in opened.note


def test_a_file_that_was_cut_in_half_gives_what_is_left_of_it(path: Path) -> None:
    fill(path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2 // PAGE * PAGE)
    with closing(begun_instead(path).connection) as db:
        assert count(db, "instruments") == 2
        assert count(db, "bars") > 0
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_where_the_list_of_tables_is_broken_nothing_is_saved_and_that_is_said(path: Path) -> None:
    fill(path)
    overwrite(path, 1)
    opened = begun_instead(path)
    with closing(opened.connection) as db:
        assert count(db, "bars") == 0
    assert "nothing of it could be read" in opened.note


def test_rows_that_no_engine_wrote_are_left_behind(path: Path) -> None:
    fill(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE bars SET high = 0.5 WHERE id = 1")
        db.execute("UPDATE bars SET origin = 'lxve' WHERE id = 2")
        db.execute("UPDATE events SET payload = '{' WHERE id = 3")
        db.execute("DELETE FROM instruments WHERE name = 'crypto:ETH'")
    aside = set_aside(path, NOW_MS)
    with closing(open_writer(path, NOW_MS).connection) as db:
        found = salvage(db, aside, lambda: False)
        assert count(db, "bars") == BARS / 2 - 1
        assert count(db, "events") == 499
        assert db.execute("SELECT DISTINCT instrument_id FROM bars").fetchall() == [(1,)]
        assert found.bars == count(db, "bars")
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_saving_ends_when_it_takes_too_long(path: Path) -> None:
    fill(path)
    aside = set_aside(path, NOW_MS)
    with closing(open_writer(path, NOW_MS).connection) as db:
        found = salvage(db, aside, lambda: True)
        assert (found.rows, found.is_whole) == (0, False)


def test_the_damaged_file_stays_as_it_was_found(path: Path) -> None:
    fill(path)
    overwrite(path, page_of(path, "bars", 0.5))
    before = path.read_bytes()
    with closing(begun_instead(path).connection):
        (aside,) = path.parent.glob("*.corrupt-*[0-9]")
        assert aside.read_bytes()[PAGE:] == before[PAGE:]


def test_what_was_set_aside_before_is_never_overwritten(path: Path) -> None:
    for content in (b"one", b"two"):
        path.write_bytes(content * 1000)
        open_writer(path, NOW_MS).connection.close()
    asides = sorted(path.parent.glob("*.corrupt-*"))
    assert [aside.read_bytes()[:3] for aside in asides] == [b"one", b"two"]


def test_a_number_beyond_all_others_does_not_keep_the_rest_from_being_saved(path: Path) -> None:
    fill(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE bars SET id = ? WHERE id = (SELECT max(id) FROM bars)", (2**62,))
        db.commit()
    damaged = set_aside(path, NOW_MS)
    asked = 0

    def is_over() -> bool:
        nonlocal asked
        asked += 1
        return asked > 100

    with closing(open_writer(path, NOW_MS).connection) as db:
        saved = salvage(db, damaged, is_over)
    assert (saved.bars, saved.is_whole) == (BARS, True)
