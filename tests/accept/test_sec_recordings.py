"""Recorded answers of the SEC, read by the source and by the standard library, are the same."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from rtp_tui.model.filings import Company, Fact
from rtp_tui.net.http import HttpReply
from rtp_tui.sources.contract import RateLimited, UnknownSymbol
from rtp_tui.sources.provider_settings import SecSettings
from rtp_tui.sources.sec import SecSource
from tests.accept.recordings import RECORDINGS, needs_recordings, reply_of
from tests.equipment import equipment
from tests.fake_http import FakeHttp

pytestmark = [pytest.mark.accept, needs_recordings]

FOLDER = "sec/rest"
LONG_AGO = date(1990, 1, 1)
SUBMISSIONS = {320193: "submissions_CIK0000320193", 1465740: "submissions_CIK0001465740"}
WANTED = {
    "EntityCommonStockSharesOutstanding",
    "CommonStockSharesOutstanding",
    "WeightedAverageNumberOfDilutedSharesOutstanding",
    "CashAndCashEquivalentsAtCarryingValue",
    "LongTermDebt",
    "LongTermDebtNoncurrent",
    "PreferredStockValue",
}


def a_source(reply: HttpReply) -> SecSource:
    http = FakeHttp(lambda path, params: reply)
    return SecSource(SecSettings(user_agent="Test Desk test@example.com"), equipment(http))


def recorded(name: str) -> HttpReply:
    return reply_of(f"{FOLDER}/{name}")


def a_company(cik: int) -> Company:
    return Company(cik=cik, name="asked for")


@pytest.mark.parametrize("cik", SUBMISSIONS)
async def test_every_recorded_filing_is_read_field_by_field(cik: int) -> None:
    reply = recorded(f"{SUBMISSIONS[cik]}.http.json.gz")
    said = json.loads(reply.body)
    page = await a_source(reply).submitted(a_company(cik), LONG_AGO)

    assert (page.company.cik, page.company.name) == (int(said["cik"]), said["name"])
    assert page.company.tickers == tuple(said["tickers"])
    assert page.older == tuple(one["name"] for one in said["filings"]["files"])
    columns = said["filings"]["recent"]
    assert len(page.filings) == len(columns["accessionNumber"]) >= 1000
    for row, filing in enumerate(page.filings):
        told = {name: values[row] for name, values in columns.items()}
        assert (filing.cik, filing.accession, filing.form) == (cik, told["accessionNumber"], told["form"])
        assert str(filing.filed) == told["filingDate"]
        assert ("" if filing.reported is None else str(filing.reported)) == told["reportDate"]
        assert filing.accepted_ms is not None
        moment = datetime.strptime(told["acceptanceDateTime"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        assert filing.accepted_ms == moment.timestamp() * 1000
        assert ",".join(filing.items) == told["items"]
        assert (filing.description, filing.is_xbrl) == (told["primaryDocDescription"], told["isXBRL"] == 1)
        accession = told["accessionNumber"].replace("-", "")
        folder = f"https://www.sec.gov/Archives/edgar/data/{cik}/{accession}"
        assert filing.url == f"{folder}/{told['primaryDocument']}"


async def test_only_what_was_filed_since_is_read_and_pages_that_end_before_are_not_named() -> None:
    reply = recorded(f"{SUBMISSIONS[320193]}.http.json.gz")
    since = date(2025, 10, 31)
    page = await a_source(reply).submitted(a_company(320193), since)
    days = json.loads(reply.body)["filings"]["recent"]["filingDate"]
    assert len(page.filings) == sum(day >= "2025-10-31" for day in days) > 0
    assert page.older == ()


async def test_every_recorded_figure_that_is_kept_is_the_one_that_was_filed_last() -> None:
    reply = recorded("companyfacts_CIK0000320193.http.json.gz")
    facts = await a_source(reply).facts(a_company(320193))
    read = {(fact.taxonomy, fact.concept, fact.unit, fact.start, fact.end): fact for fact in facts}
    assert len(read) == len(facts) > 300

    said, expected = json.loads(reply.body)["facts"], {}
    for taxonomy, concepts in said.items():
        for concept in WANTED & concepts.keys():
            for unit, values in concepts[concept]["units"].items():
                periods = last_filed(values)
                for start, end in sorted(periods, key=lambda period: period[1])[-200:]:
                    key = (
                        taxonomy,
                        concept,
                        unit,
                        start and date.fromisoformat(start),
                        date.fromisoformat(end),
                    )
                    expected[key] = periods[start, end]
    assert read.keys() == expected.keys()
    for key, fact in read.items():
        assert as_told(fact) == {name: expected[key][name] for name in ("val", "filed", "form", "accn")}


def last_filed(values: list[dict[str, Any]]) -> Mapping[tuple[str | None, str], dict[str, Any]]:
    """Of each period the value of the filing with the latest day."""
    latest: dict[tuple[str | None, str], dict[str, Any]] = {}
    for value in sorted(values, key=lambda told: (told["filed"], told["accn"])):
        latest[value.get("start"), value["end"]] = value
    return latest


def as_told(fact: Fact) -> dict[str, Any]:
    return {"val": fact.value, "filed": str(fact.filed), "form": fact.form, "accn": fact.accession}


async def test_every_recorded_ticker_leads_to_its_company() -> None:
    reply = recorded("company_tickers.json.gz")
    rows = json.loads(reply.body).values()
    companies = await a_source(reply).companies()
    assert len(companies) == len({row["ticker"] for row in rows}) > 9000
    for row in rows:
        company = companies[row["ticker"]]
        assert (company.cik, company.name) == (row["cik_str"], row["title"])
        assert row["ticker"] in company.tickers
    assert companies["BRK-B"].cik == companies["BRK-A"].cik
    assert companies["MSTR"].cik == 1050446


async def test_a_recorded_number_that_nobody_has_is_an_unknown_company() -> None:
    with pytest.raises(UnknownSymbol, match="SEC has no /submissions/"):
        await a_source(recorded("submissions_CIK-000000001.http.json")).submitted(a_company(1), LONG_AGO)


async def test_the_recorded_page_of_a_block_asks_for_ten_minutes() -> None:
    reply = recorded("error_403_rate_threshold_SHORTENED.http.json")
    with pytest.raises(RateLimited, match="request rate threshold exceeded") as raised:
        await a_source(reply).submitted(a_company(320193), LONG_AGO)
    assert raised.value.retry_after_s == 600.0


def test_every_recording_of_the_sec_is_read_here() -> None:
    assert {path.name for path in (RECORDINGS / FOLDER).iterdir()} == {
        "company_tickers.json.gz",
        "companyfacts_CIK0000320193.http.json.gz",
        "error_403_rate_threshold_SHORTENED.http.json",
        "submissions_CIK-000000001.http.json",
        "submissions_CIK0000320193.http.json.gz",
        "submissions_CIK0001465740.http.json.gz",
    }
