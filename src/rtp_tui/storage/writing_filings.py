"""What companies filed, as rows: written again they replace what was known, whoever writes them how often."""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from rtp_tui.model.filings import Disclosures, Fact, Filing

Parameters = list[str | int | float | None]

COMPANIES = (
    "INSERT INTO companies (cik, name, tickers, asked_ms, facts_ms) VALUES ",
    5,
    " ON CONFLICT (cik) DO UPDATE SET name = excluded.name, tickers = excluded.tickers,"
    " asked_ms = excluded.asked_ms, facts_ms = ifnull(excluded.facts_ms, facts_ms)",
)
SHARES = (
    "INSERT INTO shares (instrument_id, cik) VALUES ",
    2,
    " ON CONFLICT (instrument_id) DO UPDATE SET cik = excluded.cik",
)
FILINGS = (
    "INSERT INTO filings (cik, accession, form, filed, reported, accepted_ms, description, items, url, is_xbrl)"
    " VALUES ",
    10,
    " ON CONFLICT (cik, accession) DO UPDATE SET form = excluded.form, filed = excluded.filed,"
    " reported = excluded.reported, accepted_ms = excluded.accepted_ms, description = excluded.description,"
    " items = excluded.items, url = excluded.url, is_xbrl = excluded.is_xbrl",
)
FACTS = (
    'INSERT INTO facts (cik, taxonomy, concept, unit, start, "end", value, filed, form, accession) VALUES ',
    10,
    ' ON CONFLICT (cik, taxonomy, concept, unit, start, "end") DO UPDATE SET value = excluded.value,'
    " filed = excluded.filed, form = excluded.form, accession = excluded.accession"
    " WHERE excluded.filed >= filed",
)


def company_parameters(disclosed: Sequence[Disclosures]) -> Parameters:
    """Rows of `COMPANIES`."""
    parameters: Parameters = []
    for one in disclosed:
        company = one.company
        parameters += (company.cik, company.name, _json(company.tickers), one.asked_ms, one.facts_ms)
    return parameters


def filing_parameters(filings: Sequence[Filing]) -> Parameters:
    """Rows of `FILINGS`."""
    parameters: Parameters = []
    for one in filings:
        parameters += (one.cik, one.accession, one.form, one.filed.isoformat(), _day(one.reported))
        parameters += (one.accepted_ms, one.description, _json(one.items), one.url, int(one.is_xbrl))
    return parameters


def fact_parameters(facts: Sequence[Fact]) -> Parameters:
    """Rows of `FACTS`."""
    parameters: Parameters = []
    for one in facts:
        parameters += (one.cik, one.taxonomy, one.concept, one.unit, _day(one.start) or "")
        parameters += (one.end.isoformat(), one.value, one.filed.isoformat(), one.form, one.accession)
    return parameters


def oldest_first(filings: Iterable[Filing]) -> list[Filing]:
    """In the order in which their ids shall grow."""
    return sorted(filings, key=lambda one: (one.filed, one.accepted_ms or 0, one.accession))


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _json(words: tuple[str, ...]) -> str:
    return msgspec.json.encode(words).decode()
