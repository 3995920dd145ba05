"""What companies filed as other programs read it."""

from datetime import date

from msgspec import Struct

from rtp_tui.model.filings import Company, Fact, Filing
from rtp_tui.model.queries import FilingPage


class CompanyBody(Struct, frozen=True, kw_only=True):
    """Whoever files, by the regulator's number (CIK)."""

    cik: int
    name: str
    tickers: tuple[str, ...]


class FilingBody(Struct, frozen=True, kw_only=True):
    """One document, and where to read it; days are the regulator's."""

    accession: str
    form: str
    filed: date
    reported: date | None
    accepted_ms: int | None
    description: str
    items: tuple[str, ...]
    url: str
    is_xbrl: bool


class FactBody(Struct, frozen=True, kw_only=True):
    """The newest figure of a concept; of a day where `start` is null."""

    taxonomy: str
    concept: str
    unit: str
    start: date | None
    end: date
    value: float
    filed: date
    form: str
    accession: str


class FilingsBody(Struct, frozen=True, kw_only=True):
    """Filings of an instrument's company, the newest first; facts are on the first page."""

    id: str
    company: CompanyBody | None
    asked_ms: int | None
    facts: tuple[FactBody, ...]
    filings: tuple[FilingBody, ...]
    next_cursor: str | None


def filings_body(instrument: str, page: FilingPage) -> FilingsBody:
    """A page as it is sent."""
    return FilingsBody(
        id=instrument,
        company=None if page.company is None else _company(page.company),
        asked_ms=page.asked_ms,
        facts=tuple(map(_fact, page.facts)),
        filings=tuple(map(_filing, page.filings)),
        next_cursor=page.next_cursor,
    )


def _company(company: Company) -> CompanyBody:
    return CompanyBody(cik=company.cik, name=company.name, tickers=company.tickers)


def _filing(filing: Filing) -> FilingBody:
    return FilingBody(
        accession=filing.accession,
        form=filing.form,
        filed=filing.filed,
        reported=filing.reported,
        accepted_ms=filing.accepted_ms,
        description=filing.description,
        items=filing.items,
        url=filing.url,
        is_xbrl=filing.is_xbrl,
    )


def _fact(fact: Fact) -> FactBody:
    return FactBody(
        taxonomy=fact.taxonomy,
        concept=fact.concept,
        unit=fact.unit,
        start=fact.start,
        end=fact.end,
        value=fact.value,
        filed=fact.filed,
        form=fact.form,
        accession=fact.accession,
    )
