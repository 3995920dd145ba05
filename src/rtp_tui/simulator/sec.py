"""The SEC over HTTP: lists of filings in columns, company facts, tickers; refusals are HTML and XML.

Source: https://www.sec.gov/search-filings/edgar-application-programming-interfaces
"""

from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

import msgspec
from websockets.http11 import Request

from rtp_tui.simulator.gateway import Gateway
from rtp_tui.simulator.http_dialect import Denied, HttpDialect, Quota, Reply
from rtp_tui.simulator.sec_companies import (
    COMPANIES,
    OLDER_AFTER_DAYS,
    Document,
    SimulatedCompany,
    documents,
    quarters,
)

CALLS_A_SECOND = 10
BLOCKED_MS = 600_000
ACCEPTED_AFTER = timedelta(hours=20, minutes=30, seconds=31)
"""Of the day, in UTC: before that nothing of it is there."""
Value = dict[str, str | int | float]
Columns = dict[str, list[str] | list[int]]

_PAGE = (
    b'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"'
    b' "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml">\n'
    b"<head>\n<title>SEC.gov | %s</title>\n</head>\n<body><h1>%s</h1></body></html>\n"
)
_XML = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>'
BLOCKED = Reply(403, _PAGE % ((b"Request Rate Threshold Exceeded",) * 2))
UNDECLARED = Reply(
    403, _PAGE % (b"Your Request Originates from an Undeclared Automated Tool", b"Undeclared Automated Tool")
)
NO_DOCUMENT = Reply(403, _XML % (b"AccessDenied", b"Access Denied"))
NO_KEY = Reply(404, _XML % (b"NoSuchKey", b"The specified key does not exist."))


class Sec(HttpDialect):
    """Answers about invented companies; whoever asks too often is blocked, and every request makes it longer."""

    anonymous: ClassVar[Reply | None] = UNDECLARED
    key_refused: ClassVar[Reply] = UNDECLARED

    def __init__(self, *, calls_a_second: int = CALLS_A_SECOND) -> None:
        super().__init__(Quota(calls_a_second, 1000))
        self.refused = 0
        """Requests above the threshold."""
        self._blocked_until_ms = 0
        self._companies = {company.cik: company for company in COMPANIES}

    def answer(self, target: str, now_ms: int) -> Reply:
        """Answer `/path`."""
        is_too_often = not self.quota.admits(now_ms)
        if is_too_often or now_ms < self._blocked_until_ms:
            self.refused += 1
            self._blocked_until_ms = now_ms + BLOCKED_MS
            return BLOCKED
        try:
            return Reply(200, self.body(target.partition("?")[0], {}, now_ms))
        except Denied as denial:
            return denial.reply

    def rate_limited(self, retry_after: str | None) -> Reply:
        """What a client gets that asks too much; no header says for how long."""
        return BLOCKED

    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """The JSON of an answer. Raises Denied."""
        today = (datetime.fromtimestamp(now_ms / 1000, tz=UTC) - ACCEPTED_AFTER).date()
        match path.strip("/").split("/"):
            case ["files", "company_tickers.json"]:
                return msgspec.json.encode(_tickers())
            case ["submissions", name]:
                return self._submissions(name, today)
            case ["api", "xbrl", "companyfacts", name]:
                return msgspec.json.encode(_facts(self._company(name), today))
            case ["Archives", *_]:
                raise Denied(NO_DOCUMENT)
        raise Denied(NO_KEY)

    def _submissions(self, name: str, today: date) -> bytes:
        company, is_older = self._company(name), name.endswith("-submissions-001.json")
        split = today - timedelta(days=OLDER_AFTER_DAYS)
        filed = [one for one in documents(company, today) if (one.filed < split) is is_older]
        if is_older:
            return msgspec.json.encode(_columns(filed))
        older = [one.filed.isoformat() for one in documents(company, today) if one.filed < split]
        page = {
            "name": f"CIK{company.cik:010}-submissions-001.json",
            "filingCount": len(older),
            "filingFrom": older[-1],
            "filingTo": older[0],
        }
        return msgspec.json.encode(
            {
                "cik": f"{company.cik:010}",
                "entityType": "operating",
                "name": company.name,
                "tickers": company.tickers,
                "exchanges": ["Nasdaq"] * len(company.tickers),
                "filings": {"recent": _columns(filed), "files": [page]},
            }
        )

    def _company(self, name: str) -> SimulatedCompany:
        number = name[3:13]
        company = self._companies.get(int(number)) if number.isascii() and number.isdigit() else None
        if company is None or not name.endswith(".json"):
            raise Denied(NO_KEY)
        return company


class SecGateway(Gateway):
    """Its door, which opens only to those who say who they are: a name and an address, no browser's words."""

    def _denied(self, request: Request) -> Reply | None:
        denial = super()._denied(request)
        agent = request.headers.get("User-Agent", "")
        is_declared = "@" in agent and "://" not in agent and "Mozilla" not in agent
        return denial if denial is not None or is_declared else UNDECLARED


def _tickers() -> dict[str, Value]:
    listed = [(company, ticker) for company in COMPANIES for ticker in company.tickers]
    return {
        str(number): {"cik_str": company.cik, "ticker": ticker, "title": company.name}
        for number, (company, ticker) in enumerate(listed)
    }


def _columns(filed: list[Document]) -> Columns:
    return {
        "accessionNumber": [one.accession for one in filed],
        "filingDate": [one.filed.isoformat() for one in filed],
        "reportDate": [one.period.isoformat() if one.form != "4" else "" for one in filed],
        "acceptanceDateTime": [f"{one.filed.isoformat()}T{ACCEPTED_AFTER}.000Z" for one in filed],
        "act": ["34" for _ in filed],
        "form": [one.form for one in filed],
        "fileNumber": ["" for _ in filed],
        "filmNumber": ["" for _ in filed],
        "items": [one.items for one in filed],
        "core_type": [one.form for one in filed],
        "size": [5_000 for _ in filed],
        "isXBRL": [int(one.is_xbrl) for one in filed],
        "isInlineXBRL": [int(one.is_xbrl) for one in filed],
        "primaryDocument": [f"{one.accession}.htm" for one in filed],
        "primaryDocDescription": [f"FORM {one.form}" for one in filed],
    }


def _facts(company: SimulatedCompany, today: date) -> dict[str, object]:
    reports = list(quarters(company, today))
    concepts: dict[str, object] = {
        "CashAndCashEquivalentsAtCarryingValue": _concept("USD", reports, company.cash),
        "Revenues": _concept("USD", reports, company.cash // 2),
    }
    if company.bitcoins:
        concepts |= {
            "CryptoAssetNumberOfUnits": _concept("BTC", reports, company.bitcoins),
            "CryptoAssetCost": _concept("USD", reports, company.bitcoin_cost),
            "CryptoAssetFairValueNoncurrent": _concept("USD", reports, round(company.bitcoins * 100_000)),
        }
    shares = _concept("shares", reports, company.shares)
    return {
        "cik": company.cik,
        "entityName": company.name,
        "facts": {"dei": {"EntityCommonStockSharesOutstanding": shares}, "us-gaap": concepts},
    }


def _concept(unit: str, reports: list[Document], newest: float) -> dict[str, object]:
    """A figure that grew by a hundredth a report; each report repeats the one before, restated."""
    values: list[Value] = []
    for age, report in zip(range(len(reports) - 1, -1, -1), reports, strict=True):
        value = round(newest * 0.99**age) if isinstance(newest, int) else newest * 0.99**age
        if values:
            values.append({**values[-1], **_told_in(report), "val": values[-1]["val"]})
        values.append({"end": report.period.isoformat(), "val": value, **_told_in(report)})
    return {"label": "", "description": "", "units": {unit: values}}


def _told_in(report: Document) -> Value:
    return {
        "accn": report.accession,
        "fy": report.filed.year,
        "fp": "FY" if report.form == "10-K" else "Q1",
        "form": report.form,
        "filed": report.filed.isoformat(),
    }
