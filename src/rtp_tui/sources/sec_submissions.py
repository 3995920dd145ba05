"""Reading the SEC's lists: who files under which ticker, and what a company filed, which comes in columns.

Source: https://www.sec.gov/search-filings/edgar-application-programming-interfaces
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated
from urllib.parse import quote

import msgspec
from msgspec import Meta, Struct, field

from rtp_tui.model.filings import Company, Filing
from rtp_tui.sources.asking import AnswerT
from rtp_tui.sources.contract import BadPayload, SubmittedPage
from rtp_tui.sources.moments import rfc3339_ms
from rtp_tui.text import safe

ARCHIVES = "https://www.sec.gov/Archives/edgar/data"
LARGEST_CIK = 9_999_999_999
_LONGEST_DIFFERENCE = 120


class _Listed(Struct):
    cik_str: Annotated[int, Meta(ge=0, le=LARGEST_CIK)]
    ticker: str
    title: str


class _Columns(Struct, rename="camel"):
    """All of the same length; a row is a filing."""

    accession_number: list[str]
    filing_date: list[str]
    form: list[str]
    report_date: list[str]
    acceptance_date_time: list[str]
    items: list[str]
    primary_document: list[str]
    primary_doc_description: list[str]
    is_xbrl: list[int] = field(name="isXBRL")


class _Page(Struct, rename="camel"):
    """A page of older filings."""

    name: str
    filing_from: str
    filing_to: str


class _Filings(Struct):
    recent: _Columns
    files: list[_Page] = []


class _Submissions(Struct):
    """The number was one with and without zeros, and may be a number yet."""

    cik: str | int
    name: str
    filings: _Filings
    tickers: list[str] = []


_listed = msgspec.json.Decoder(dict[str, _Listed])
_submissions = msgspec.json.Decoder(_Submissions)
_columns = msgspec.json.Decoder(_Columns)


def ticker_of(symbol: str) -> str:
    """A symbol as the SEC writes tickers: `BRK.B` is `BRK-B` there."""
    return symbol.upper().replace(".", "-").replace("/", "-")


def companies_of(body: bytes, path: str) -> Mapping[str, Company]:
    """Every company by each of its tickers. Raises BadPayload."""
    rows = difference_told(_listed, body, path).values()
    tickers: dict[int, list[str]] = {}
    for row in rows:
        tickers.setdefault(row.cik_str, []).append(safe(ticker_of(row.ticker), 16))
    return {
        ticker_of(row.ticker): Company(
            cik=row.cik_str, name=safe(row.title, 96), tickers=tuple(tickers[row.cik_str])
        )
        for row in rows
    }


def submitted_of(body: bytes, path: str, asked: Company, since: date) -> SubmittedPage:
    """What a company filed since a day, and the older pages that reach into it. Raises BadPayload."""
    answer = difference_told(_submissions, body, path)
    if not is_cik(answer.cik, asked.cik):
        raise BadPayload(f"{path} is about another company: {safe(str(answer.cik), 16)}")
    company = Company(
        cik=asked.cik,
        name=safe(answer.name, 96),
        tickers=tuple(safe(ticker_of(one), 16) for one in answer.tickers) or asked.tickers,
    )
    older = (page.name for page in answer.filings.files if page.filing_to >= since.isoformat())
    return SubmittedPage(
        company,
        _since(_rows(answer.filings.recent, asked.cik, path), since),
        tuple(name for name in older if name == quote(name, safe="")),
    )


def older_of(body: bytes, path: str, asked: Company, since: date) -> tuple[Filing, ...]:
    """A page of older filings, whose columns are at the top. Raises BadPayload."""
    return _since(_rows(difference_told(_columns, body, path), asked.cik, path), since)


def difference_told(decoder: msgspec.json.Decoder[AnswerT], body: bytes | msgspec.Raw, path: str) -> AnswerT:
    """An answer in its type. Raises BadPayload that says where it is not what it was."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        difference = safe(str(error), _LONGEST_DIFFERENCE)
        raise BadPayload(f"SEC, {path} did not answer what it documents: {difference}") from error
    except (ValueError, RecursionError) as error:
        raise BadPayload(f"SEC, {path} did not answer what it documents: no JSON") from error


def day_of(text: str) -> date | None:
    """A day; None where it is left empty or is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def is_cik(said: str | int, cik: int) -> bool:
    """Whether a number is a company's, however it is written."""
    text = str(said)
    return text.isascii() and text.isdigit() and len(text) <= 16 and int(text) == cik


def _since(filings: Iterable[Filing], since: date) -> tuple[Filing, ...]:
    return tuple(filing for filing in filings if filing.filed >= since)


def _rows(columns: _Columns, cik: int, path: str) -> Iterator[Filing]:
    """The rows, without those that have no day. Raises BadPayload for columns that do not fit together."""
    lengths = {name: len(getattr(columns, name)) for name in columns.__struct_fields__}
    rows = lengths["accession_number"]
    odd = [f"{name} has {length}" for name, length in lengths.items() if length != rows]
    if odd:
        raise BadPayload(f"SEC, {path}: columns differ in length: {rows} filings, but {odd[0]}")
    for row in range(rows):
        filed = day_of(columns.filing_date[row])
        if filed is not None:
            yield _filing(columns, row, cik, filed)


def _filing(columns: _Columns, row: int, cik: int, filed: date) -> Filing:
    accession = safe(columns.accession_number[row], 32)
    items = columns.items[row]
    return Filing(
        cik=cik,
        accession=accession,
        form=safe(columns.form[row], 32),
        filed=filed,
        reported=day_of(columns.report_date[row]),
        accepted_ms=_moment_ms(columns.acceptance_date_time[row]),
        description=safe(columns.primary_doc_description[row], 160),
        items=tuple(safe(item.strip(), 32) for item in items.split(",")) if items else (),
        url=document_url(cik, accession, columns.primary_document[row]),
        is_xbrl=bool(columns.is_xbrl[row]),
    )


def document_url(cik: int, accession: str, document: str) -> str:
    """Where a document is; its folder, where it has no name."""
    return f"{ARCHIVES}/{cik}/{quote(accession.replace('-', ''))}/{quote(document[:256])}"


def _moment_ms(text: str) -> int | None:
    try:
        return rfc3339_ms(text)
    except ValueError:
        return None
