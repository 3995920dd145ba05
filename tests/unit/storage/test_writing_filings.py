"""Filings and facts as rows of a file."""

import sqlite3
from datetime import date
from pathlib import Path

from rtp_tui.model.filings import CompanyRecord, Disclosures
from rtp_tui.model.queries import GetFilings
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.contract import StorageSettings
from rtp_tui.storage.migrate import migrate, shipped_migrations
from rtp_tui.storage.reading_filings import company_record, filing_page
from rtp_tui.storage.retention import trim
from tests.factories import MSTR, NOW_MS, a_fact, a_filing, disclosures


def a_file(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path / "history.db", isolation_level=None)
    migrate(connection, shipped_migrations())
    return connection


def write(connection: sqlite3.Connection, *disclosed: Disclosures) -> None:
    writer = BatchWriter(connection, "epoch")
    for one in disclosed:
        batch = Batch()
        batch.add_disclosures(one)
        writer.write(batch, NOW_MS)


def count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_written_twice_it_is_there_once(tmp_path: Path) -> None:
    connection = a_file(tmp_path)
    once = disclosures(filings=(a_filing(),), facts=(a_fact(), a_fact(start=date(2025, 1, 1))))
    write(connection, once, once)
    assert [count(connection, table) for table in ("companies", "shares", "filings", "facts")] == [1, 1, 1, 2]
    connection.close()


def test_a_later_visit_without_figures_leaves_what_is_known_of_them(tmp_path: Path) -> None:
    connection = a_file(tmp_path)
    renamed = disclosures(asked_ms=NOW_MS + 5, filings=(a_filing(description="amended"),))
    write(connection, disclosures(facts=(a_fact(),), facts_ms=NOW_MS, filings=(a_filing(),)), renamed)
    assert company_record(MSTR, connection) == CompanyRecord(
        company=renamed.company, asked_ms=NOW_MS + 5, facts_ms=NOW_MS
    )
    page = filing_page(GetFilings(instrument=MSTR), connection)
    assert (page.facts, page.filings) == ((a_fact(),), renamed.filings)
    connection.close()


def test_a_figure_that_was_filed_earlier_does_not_replace_a_later_one(tmp_path: Path) -> None:
    connection = a_file(tmp_path)
    restated = a_fact(value=9.0, filed=date(2026, 5, 1), accession="later")
    write(connection, disclosures(facts=(restated,)), disclosures(facts=(a_fact(),)))
    assert filing_page(GetFilings(instrument=MSTR), connection).facts == (restated,)
    connection.close()


def test_filings_go_with_the_bars_of_their_day_and_figures_stay(tmp_path: Path) -> None:
    connection = a_file(tmp_path)
    old = a_filing(accession="old", filed=date(2024, 1, 1))
    write(connection, disclosures(filings=(old, a_filing()), facts=(a_fact(end=date(2001, 1, 1)),)))
    trim(connection, StorageSettings(), NOW_MS, 100)
    page = filing_page(GetFilings(instrument=MSTR), connection)
    assert (page.filings, len(page.facts)) == ((a_filing(),), 1)
    connection.close()
