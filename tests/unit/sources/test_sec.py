"""The SEC: who is asked how, what its answers mean, and the traps in them."""

import json
from datetime import date
from typing import Any

import pytest

from rtp_tui.model.filings import Company
from rtp_tui.net.http import HttpReply, HttpTimeout
from rtp_tui.net.paced import PacedHttp
from rtp_tui.sources.asking import Http
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    NotConfigured,
    RateLimited,
    SourceError,
    SourceUnavailable,
    UnknownSymbol,
)
from rtp_tui.sources.provider_settings import SecSettings
from rtp_tui.sources.sec import CALLS_PER_S, LISTS_PER_S, SecSource
from rtp_tui.sources.sec_errors import obstacle_of
from rtp_tui.sources.sec_submissions import document_url
from tests.equipment import equipment
from tests.fake_http import Answer, FakeHttp, a_reply

APPLE = Company(cik=320193, name="Apple Inc.", tickers=("AAPL",))
AGENT = "Test Desk test@example.com"
SINCE = date(2024, 1, 1)
ROW = {
    "accessionNumber": "0000320193-24-000123",
    "filingDate": "2024-11-01",
    "form": "8-K",
    "reportDate": "",
    "acceptanceDateTime": "2024-11-01T06:01:36.000Z",
    "items": "7.01,8.01",
    "primaryDocument": "a.htm",
    "primaryDocDescription": "8-K",
    "isXBRL": 1,
}


def a_source(http: Http, user_agent: str = AGENT) -> SecSource:
    return SecSource(SecSettings(user_agent=user_agent), equipment(http))


def answering(answer: Answer) -> SecSource:
    return a_source(FakeHttp(lambda path, params: answer))


def columns(*rows: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: [{**ROW, **row}[name] for row in rows] for name in ROW}


def submissions(*rows: dict[str, Any], **changes: Any) -> HttpReply:
    said = {
        "cik": "0000320193",
        "name": "Apple Inc.",
        "tickers": ["AAPL"],
        "filings": {"recent": columns(*rows), "files": []},
    }
    return a_reply(json.dumps({**said, **changes}))


def facts(*values: dict[str, Any], concept: str = "CryptoAssetCost", taxonomy: str = "us-gaap") -> HttpReply:
    told = {"val": 1, "accn": "a-1", "form": "10-Q", "filed": "2024-02-01", "fy": 2024, "fp": "Q1"}
    units = {"USD": [{**told, **value} for value in values]}
    return a_reply(json.dumps({"cik": 320193, "facts": {taxonomy: {concept: {"units": units}}}}))


async def test_each_question_says_who_asks_and_numbers_have_ten_digits() -> None:
    http = FakeHttp(lambda path, params: submissions({}))
    await a_source(http).submitted(APPLE, SINCE)
    assert http.asked == [("/submissions/CIK0000320193.json", {})]
    assert http.headers == [{"User-Agent": AGENT}]


async def test_the_two_hosts_are_asked_below_ten_times_a_second_together() -> None:
    paces: list[float] = []

    def paced(http: Http, calls_per_s: float) -> Http:
        paces.append(calls_per_s)
        return PacedHttp(http, given.clock, calls_per_s)

    hosts: list[str] = []

    def http_at(address: str) -> Http:
        hosts.append(address)
        return FakeHttp(lambda path, params: a_reply())

    given = equipment(http_at)
    replaced = type(given)(given.clock, http_at, http_at, given.keys_of, paced, given.note_quota)
    SecSource(SecSettings(user_agent=AGENT), replaced)
    assert hosts == ["https://data.sec.gov", "https://www.sec.gov"]
    assert paces == [CALLS_PER_S, LISTS_PER_S]
    assert sum(paces) < 10


@pytest.mark.parametrize(
    "user_agent",
    ["", "rtp", "test@example.com", "Mozilla/5.0 a@b.co", "Desk https://example.com a@b.co", "Dësk a@b.co"],
)
async def test_without_a_name_and_an_address_nothing_is_asked(user_agent: str) -> None:
    http = FakeHttp(lambda path, params: a_reply())
    source = a_source(http, user_agent)
    with pytest.raises(NotConfigured, match=r"set sources\.sec\.user_agent to a name and an address"):
        await source.companies()
    assert http.asked == []
    assert source.obstacle.startswith("sources.sec.user_agent is ")


def test_a_name_and_an_address_are_no_obstacle() -> None:
    assert obstacle_of("Sample Company Name AdminContact@sample.example.com") == ""


THRESHOLD = "<html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head></html>"
UNDECLARED = "<html><h1>Your Request Originates from an Undeclared Automated Tool</h1></html>"
NO_DOCUMENT = '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'
NO_KEY = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (a_reply(THRESHOLD, 403), RateLimited, "nothing is asked for ten minutes"),
        (a_reply("", 429), RateLimited, "nothing is asked for ten minutes"),
        (a_reply(UNDECLARED, 403), AccessDenied, "set sources.sec.user_agent"),
        (a_reply(NO_DOCUMENT, 403), UnknownSymbol, "SEC has no /submissions/CIK0000320193.json"),
        (a_reply(NO_KEY, 404), UnknownSymbol, "SEC has no /submissions/CIK0000320193.json"),
        (a_reply("<html>Forbidden</html>", 403), AccessDenied, "HTTP 403"),
        (a_reply("", 503), SourceUnavailable, "HTTP 503"),
        (a_reply("<html>maintenance</html>"), BadPayload, "no JSON"),
        (a_reply(submissions({}).body[:90]), BadPayload, "no JSON"),
        (a_reply(b"\xff{}"), BadPayload, "no JSON"),
        (HttpTimeout("data.sec.gov took longer than 10 s"), SourceUnavailable, "took longer"),
    ],
)
async def test_each_refusal_has_its_meaning(answer: Answer, error: type[SourceError], words: str) -> None:
    with pytest.raises(error) as raised:
        await answering(answer).submitted(APPLE, SINCE)
    assert type(raised.value) is error
    assert words in str(raised.value)


async def test_a_block_lasts_ten_minutes_although_no_header_says_so() -> None:
    with pytest.raises(RateLimited) as raised:
        await answering(a_reply(THRESHOLD, 403)).companies()
    assert raised.value.retry_after_s == 600.0


@pytest.mark.parametrize("cik", ["320193", "0000320193", 320193])
async def test_the_number_of_a_company_may_be_written_in_three_ways(cik: str | int) -> None:
    assert (await answering(submissions({}, cik=cik)).submitted(APPLE, SINCE)).company.cik == 320193


@pytest.mark.parametrize("cik", ["0000320194", "", "Apple", "9" * 40])
async def test_an_answer_about_another_company_is_none(cik: str) -> None:
    with pytest.raises(BadPayload, match="is about another company"):
        await answering(submissions({}, cik=cik)).submitted(APPLE, SINCE)


async def test_days_and_items_may_be_empty_and_a_row_without_its_own_day_is_left_out() -> None:
    rows = ({"items": "", "reportDate": ""}, {"filingDate": ""}, {"acceptanceDateTime": "soon"})
    page = await answering(submissions(*rows)).submitted(APPLE, SINCE)
    assert [(one.items, one.reported) for one in page.filings] == [((), None), (("7.01", "8.01"), None)]
    assert page.filings[1].accepted_ms is None


async def test_columns_of_different_lengths_are_no_filings() -> None:
    recent = columns({}, {})
    recent["form"].pop()
    reply = submissions(filings={"recent": recent, "files": []})
    with pytest.raises(BadPayload, match="2 filings, but form has 1"):
        await answering(reply).submitted(APPLE, SINCE)


async def test_what_changed_in_the_form_of_an_answer_is_told() -> None:
    recent = columns({})
    del recent["accessionNumber"]
    reply = submissions(filings={"recent": recent, "files": []})
    with pytest.raises(
        BadPayload, match=r"missing required field `accessionNumber` - at `\$.filings.recent`"
    ):
        await answering(reply).submitted(APPLE, SINCE)


async def test_what_is_new_in_an_answer_is_passed_over() -> None:
    page = await answering(submissions({}, ratings=["AAA"])).submitted(APPLE, SINCE)
    assert len(page.filings) == 1


async def test_older_pages_are_named_as_far_as_they_reach_into_the_span() -> None:
    files = [
        {"name": "CIK0000320193-submissions-001.json", "filingFrom": "2020-01-01", "filingTo": "2024-03-01"},
        {"name": "CIK0000320193-submissions-002.json", "filingFrom": "1994-01-26", "filingTo": "2019-12-31"},
        {"name": "../../etc/passwd", "filingFrom": "2020-01-01", "filingTo": "2024-03-01"},
    ]
    reply = submissions({}, filings={"recent": columns({}), "files": files})
    page = await answering(reply).submitted(APPLE, SINCE)
    assert page.older == ("CIK0000320193-submissions-001.json",)


async def test_an_older_page_has_its_columns_at_the_top() -> None:
    http = FakeHttp(lambda path, params: a_reply(json.dumps(columns({}, {"filingDate": "2023-12-31"}))))
    found = await a_source(http).older(APPLE, "CIK0000320193-submissions-001.json", SINCE)
    assert [one.accession for one in found] == ["0000320193-24-000123"]
    assert http.asked == [("/submissions/CIK0000320193-submissions-001.json", {})]


def test_the_address_of_a_document_has_no_zeros_and_no_dashes_where_the_archives_have_none() -> None:
    assert document_url(320193, "0000320193-24-000123", "xslF345X05/wk form.xml") == (
        "https://www.sec.gov/Archives/edgar/data/320193/000032019324000123/xslF345X05/wk%20form.xml"
    )


async def test_of_a_figure_that_was_restated_the_one_that_was_filed_last_counts() -> None:
    day = {"end": "2023-12-31"}
    told = (
        {**day, "val": 3, "filed": "2024-05-01", "accn": "a-3"},
        {**day, "val": 2, "filed": "2024-04-01", "accn": "a-2"},
        {**day, "val": 4, "filed": "2024-05-01", "accn": "a-4"},
    )
    (fact,) = await answering(facts(*told)).facts(APPLE)
    assert (fact.value, fact.filed, fact.accession) == (4, date(2024, 5, 1), "a-4")


async def test_two_figures_of_one_filing_for_one_period_are_neither_of_them_the_companys() -> None:
    """Of each class of shares one, and which is whose is not told."""
    day = {"end": "2025-10-24", "filed": "2025-11-03", "accn": "a-7"}
    told = ({**day, "val": 267_700_000}, {**day, "val": 19_640_250}, {**day, "end": "2025-07-25", "val": 5})
    found = await answering(facts(*told)).facts(APPLE)
    assert [(fact.end, fact.value) for fact in found] == [(date(2025, 7, 25), 5)]


async def test_periods_that_end_on_the_same_day_are_different_figures() -> None:
    told = [{"end": "2024-06-30", "start": start, "val": 1} for start in ("2024-01-01", "2024-04-01")]
    told.append({"end": "2024-06-30", "val": 3})
    found = await answering(facts(*told)).facts(APPLE)
    assert {fact.start for fact in found} == {date(2024, 1, 1), date(2024, 4, 1), None}


async def test_figures_without_a_value_or_a_day_are_left_out_and_of_many_the_newest_are_kept() -> None:
    told: list[dict[str, Any]] = [{"end": f"{year}-01-01", "val": year} for year in range(1000, 1300)]
    told += [{"end": "2024-01-01", "val": None}, {"end": "", "val": 1}]
    found = await answering(facts(*told)).facts(APPLE)
    assert [fact.end.year for fact in found] == list(range(1100, 1300))


@pytest.mark.parametrize(
    ("taxonomy", "concept", "is_kept"),
    [
        ("us-gaap", "CryptoAssetFairValueNoncurrent", True),
        ("us-gaap", "CryptoAssetAnythingNew", True),
        ("dei", "EntityCommonStockSharesOutstanding", True),
        ("us-gaap", "Revenues", False),
        ("mstr", "CryptoAssetCost", False),
    ],
)
async def test_few_concepts_are_kept(taxonomy: str, concept: str, is_kept: bool) -> None:
    found = await answering(facts({"end": "2024-01-01"}, taxonomy=taxonomy, concept=concept)).facts(APPLE)
    assert bool(found) is is_kept


async def test_a_company_that_reports_no_figures_has_none() -> None:
    assert await answering(a_reply(NO_KEY, 404)).facts(APPLE) == ()


async def test_a_company_has_all_its_tickers_which_are_written_with_dashes() -> None:
    rows = {
        "0": {"cik_str": 1067983, "ticker": "BRK-B", "title": "BERKSHIRE HATHAWAY INC"},
        "1": {"cik_str": 1067983, "ticker": "BRK-A", "title": "BERKSHIRE HATHAWAY INC"},
    }
    http = FakeHttp(lambda path, params: a_reply(json.dumps(rows)))
    companies = await a_source(http).companies()
    assert http.asked == [("/files/company_tickers.json", {})]
    assert companies["BRK-A"] == companies["BRK-B"]
    assert companies["BRK-B"].tickers == ("BRK-B", "BRK-A")


async def test_words_of_others_are_made_safe() -> None:
    reply = submissions({"primaryDocDescription": "8-K\x1b[2J", "items": "7.01\u202e"}, name="A\x1b]0;x\x07B")
    page = await answering(reply).submitted(APPLE, SINCE)
    assert (page.company.name, page.filings[0].description, page.filings[0].items) == ("AB", "8-K", ("7.01",))
