"""Bring a history file to the newest version of its tables, all or nothing."""

import sqlite3
from collections.abc import Iterator, Sequence
from importlib import resources

from msgspec import Struct

from rtp_tui.storage.contract import StoreUnusable


class Migration(Struct, frozen=True):
    """One step: the version that it leads to and the statements that do it."""

    version: int
    sql: str


def shipped_migrations() -> tuple[Migration, ...]:
    """The numbered SQL files of this package, ascending."""
    folder = resources.files("rtp_tui.storage.migrations")
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name
    )
    return tuple(Migration(int(file.name[:4]), file.read_text("utf-8")) for file in files)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> int:
    """Run what is missing in one transaction, a kill at any instant undoes all of it; returns the version.

    Raises StoreUnusable where the file is newer than this program.
    """
    newest = migrations[-1].version
    version = _version(connection)
    if version > newest:
        raise StoreUnusable(
            f"the history file is of version {version}, newer than this program, which knows {newest}: "
            "install a newer program, or set storage.path to another file"
        )
    if version < newest:
        _run(connection, [step for step in migrations if step.version > version])
    return newest


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _run(connection: sqlite3.Connection, steps: Sequence[Migration]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in steps:
            for statement in _statements(step.sql):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {step.version:d}")
        connection.execute("COMMIT")
    except BaseException:
        # A migration counts whole or not at all, also where a signal ends it.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _statements(sql: str) -> Iterator[str]:
    # executescript would commit the transaction that is open.
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
