"""What companies filed, as the history has it; runs in a reader's thread."""

import sqlite3
from datetime import date

import msgspec

from rtp_tui.model.filings import Company, CompanyRecord, Fact, Filing
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import FilingPage, GetFilings
from rtp_tui.storage.pages import cursor_number, page_size

_COMPANY = (
    "SELECT c.cik, c.name, c.tickers, c.asked_ms, c.facts_ms FROM companies c JOIN shares s ON s.cik = c.cik"
    " WHERE s.instrument_id = (SELECT id FROM instruments WHERE name = ?)"
)
_FILINGS = (
    "SELECT id, cik, accession, form, filed, reported, accepted_ms, description, items, url, is_xbrl FROM filings"
    " WHERE cik = ? AND (? = 0 OR id <= ?) AND (? IS NULL OR form = ?) ORDER BY id DESC LIMIT ?"
)
_FACTS = (
    'SELECT cik, taxonomy, concept, unit, start, "end", value, filed, form, accession FROM'
    ' (SELECT *, row_number() OVER (PARTITION BY taxonomy, concept, unit ORDER BY "end" DESC, start DESC) AS rank'
    " FROM facts WHERE cik = ?) WHERE rank = 1 ORDER BY taxonomy, concept, unit"
)
_words = msgspec.json.Decoder(tuple[str, ...])


def company_record(instrument: InstrumentId, connection: sqlite3.Connection) -> CompanyRecord | None:
    """The company that an instrument is a share of, where one is known."""
    row = connection.execute(_COMPANY, (instrument,)).fetchone()
    if row is None:
        return None
    cik, name, tickers, asked_ms, facts_ms = row
    company = Company(cik=cik, name=name, tickers=_words.decode(tickers))
    return CompanyRecord(company=company, asked_ms=asked_ms, facts_ms=facts_ms)


def filing_page(query: GetFilings, connection: sqlite3.Connection) -> FilingPage:
    """Filings, the newest first; the cursor is the id of the next one."""
    size, first = page_size(query.limit), cursor_number(query.cursor)
    record = company_record(query.instrument, connection)
    if record is None:
        return FilingPage(filings=())
    cik, form = record.company.cik, query.form
    rows = connection.execute(_FILINGS, (cik, first, first, form, form, size + 1)).fetchall()
    return FilingPage(
        company=record.company,
        asked_ms=record.asked_ms,
        facts=() if first else tuple(map(_fact, connection.execute(_FACTS, (cik,)))),
        filings=tuple(map(_filing, rows[:size])),
        next_cursor=str(rows[size][0]) if len(rows) > size else None,
    )


def _filing(
    row: tuple[int, int, str, str, str, str | None, int | None, str, str, str, int],
) -> Filing:
    _, cik, accession, form, filed, reported, accepted_ms, description, items, url, is_xbrl = row
    return Filing(
        cik=cik,
        accession=accession,
        form=form,
        filed=date.fromisoformat(filed),
        reported=date.fromisoformat(reported) if reported else None,
        accepted_ms=accepted_ms,
        description=description,
        items=_words.decode(items),
        url=url,
        is_xbrl=bool(is_xbrl),
    )


def _fact(row: tuple[int, str, str, str, str, str, float, str, str, str]) -> Fact:
    cik, taxonomy, concept, unit, start, end, value, filed, form, accession = row
    return Fact(
        cik=cik,
        taxonomy=taxonomy,
        concept=concept,
        unit=unit,
        start=date.fromisoformat(start) if start else None,
        end=date.fromisoformat(end),
        value=value,
        filed=date.fromisoformat(filed),
        form=form,
        accession=accession,
    )
