"""The SEC over HTTP, as it is simulated."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from rtp_tui.model.filings import Company
from rtp_tui.simulator.http_dialect import Reply
from rtp_tui.simulator.sec import BLOCKED_MS, CALLS_A_SECOND, Sec
from rtp_tui.simulator.sec_companies import COMPANIES
from rtp_tui.sources.provider_settings import SecSettings
from rtp_tui.sources.sec import SecSource
from tests.equipment import equipment
from tests.factories import NOW_MS
from tests.fake_http import FakeHttp, a_reply

STRATEGY = Company(cik=1050446, name="Strategy Inc", tickers=("MSTR",))


@pytest.fixture
def rest() -> Sec:
    return Sec(calls_a_second=1_000)


def said(reply: Reply) -> Any:
    assert reply.status == 200
    return json.loads(reply.body)


def a_source(rest: Sec) -> SecSource:
    def answer(path: str, params: object) -> Any:
        reply = rest.answer(path, NOW_MS)
        return a_reply(reply.body, reply.status)

    return SecSource(SecSettings(user_agent="Test Desk test@example.com"), equipment(FakeHttp(answer)))


async def test_every_ticker_leads_to_filings_and_figures_that_its_source_can_read(rest: Sec) -> None:
    source = a_source(rest)
    companies = await source.companies()
    assert set(companies) == {ticker for company in COMPANIES for ticker in company.tickers}
    for company in companies.values():
        page = await source.submitted(company, date(2024, 9, 1))
        (older,) = page.older
        filings = [*page.filings, *await source.older(company, older, date(2024, 9, 1))]
        assert {"10-Q", "8-K", "4"} <= {filing.form for filing in filings}
        assert len({filing.accession for filing in filings}) == len(filings)
        facts = await source.facts(company)
        assert {fact.accession for fact in facts} <= {one.accession for one in filings} | {facts[0].accession}
        assert {"shares", "USD"} <= {fact.unit for fact in facts}


async def test_a_treasury_company_tells_what_it_holds(rest: Sec) -> None:
    facts = [fact for fact in await a_source(rest).facts(STRATEGY) if fact.unit == "BTC"]
    assert facts[-1].value == 641_205
    assert [fact.end for fact in facts] == sorted({fact.end for fact in facts})


def test_yesterday_what_was_filed_before_was_the_same(rest: Sec) -> None:
    path = "/submissions/CIK0001050446.json"
    today = said(rest.answer(path, NOW_MS))["filings"]["recent"]["accessionNumber"]
    week_before = said(rest.answer(path, NOW_MS - 7 * 86_400_000))["filings"]["recent"]["accessionNumber"]
    kept = [one for one in today if one in set(week_before)]
    assert week_before[: len(kept)] == kept
    assert len(kept) > 10


def test_a_figure_is_told_again_by_the_next_report(rest: Sec) -> None:
    told = said(rest.answer("/api/xbrl/companyfacts/CIK0001050446.json", NOW_MS))
    shares = told["facts"]["dei"]["EntityCommonStockSharesOutstanding"]["units"]["shares"]
    ends = [value["end"] for value in shares]
    assert len(ends) > len(set(ends))


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/submissions/CIK0000000001.json", 404, b"<Code>NoSuchKey</Code>"),
        ("/submissions/CIK-000000001.json", 404, b"<Code>NoSuchKey</Code>"),
        ("/nothing", 404, b"<Code>NoSuchKey</Code>"),
        ("/Archives/edgar/data/1/2/3.htm", 403, b"<Code>AccessDenied</Code>"),
    ],
)
def test_what_does_not_exist_is_told_in_xml(rest: Sec, path: str, status: int, words: bytes) -> None:
    reply = rest.answer(path, NOW_MS)
    assert reply.status == status
    assert reply.body.startswith(b"<?xml")
    assert words in reply.body


def test_above_ten_a_second_everybody_is_blocked_and_each_request_makes_it_longer() -> None:
    rest = Sec()
    path = "/files/company_tickers.json"
    replies = [rest.answer(path, NOW_MS) for _ in range(CALLS_A_SECOND + 1)]
    assert [reply.status for reply in replies] == [200] * CALLS_A_SECOND + [403]
    assert b"Request Rate Threshold Exceeded" in replies[-1].body
    assert replies[-1].headers == ()
    assert rest.answer(path, NOW_MS + BLOCKED_MS - 1).status == 403
    assert rest.answer(path, NOW_MS + BLOCKED_MS + 5_000).status == 403
    assert rest.answer(path, NOW_MS + 2 * BLOCKED_MS + 5_000).status == 200
    assert rest.refused == 3


def test_nothing_was_accepted_that_is_still_to_come(rest: Sec) -> None:
    midnight_ms = NOW_MS - NOW_MS % 86_400_000
    for company in COMPANIES:
        for hour in range(0, 72, 6):
            now_ms = midnight_ms + hour * 3_600_000
            body = said(rest.answer(f"/submissions/CIK{company.cik:010}.json", now_ms))
            accepted = body["filings"]["recent"]["acceptanceDateTime"]
            assert max(accepted) <= f"{datetime.fromtimestamp(now_ms / 1000, UTC):%Y-%m-%dT%H:%M:%S}"
