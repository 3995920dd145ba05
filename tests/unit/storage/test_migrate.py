"""Versions of the tables."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.migrate import Migration, migrate, shipped_migrations

FIRST = Migration(1, "CREATE TABLE a (x);\n-- a comment; with a semicolon\nCREATE TABLE b (x);\n")
SECOND = Migration(2, "ALTER TABLE a ADD COLUMN y;\nINSERT INTO a VALUES (1, 'z;z');\n")
BROKEN = Migration(3, "CREATE TABLE c (x);\nINSERT INTO nowhere VALUES (1);\n")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
    yield connection
    connection.close()


def tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def test_what_is_missing_is_run_once_and_in_order(connection: sqlite3.Connection) -> None:
    assert migrate(connection, [FIRST]) == 1
    assert migrate(connection, [FIRST, SECOND]) == 2
    assert migrate(connection, [FIRST, SECOND]) == 2
    assert connection.execute("SELECT * FROM a").fetchall() == [(1, "z;z")]


def test_a_step_that_fails_undoes_all_steps(connection: sqlite3.Connection) -> None:
    migrate(connection, [FIRST])
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, [FIRST, SECOND, BROKEN])
    assert tables(connection) == {"a", "b"}
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert connection.execute("SELECT * FROM a").fetchall() == []


def test_a_file_of_a_newer_program_is_refused_in_words(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA user_version = 9")
    with pytest.raises(StoreUnusable, match="version 9, newer than this program"):
        migrate(connection, [FIRST])


def test_the_shipped_steps_are_numbered_without_a_gap() -> None:
    versions = [step.version for step in shipped_migrations()]
    assert versions == list(range(1, len(versions) + 1))


def test_the_shipped_steps_make_the_tables(connection: sqlite3.Connection) -> None:
    migrate(connection, shipped_migrations())
    assert {"ticks", "bars", "events", "keyframes", "quotes", "instruments", "feeds"} <= tables(connection)
