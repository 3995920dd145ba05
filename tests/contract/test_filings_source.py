"""What every source of filings promises, whoever the provider is."""

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtp_tui.model.filings import Company
from rtp_tui.sources.contract import FilingsSource, NotConfigured, SourceError
from rtp_tui.sources.provider_settings import SecSettings
from rtp_tui.sources.sec import SecSource
from rtp_tui.storage.batch import Batch
from tests.equipment import equipment
from tests.factories import disclosures
from tests.fake_http import FakeHttp, a_reply

COMPANY = Company(cik=1050446, name="Strategy Inc", tickers=("MSTR",))
SINCE = date(2024, 1, 1)
STATUSES = [400, 401, 403, 404, 418, 429, 451, 500, 503]
QUESTIONS: dict[str, Callable[[FilingsSource], Awaitable[Any]]] = {
    "companies": lambda source: source.companies(),
    "submitted": lambda source: source.submitted(COMPANY, SINCE),
    "older": lambda source: source.older(COMPANY, "a-page.json", SINCE),
    "facts": lambda source: source.facts(COMPANY),
}


def a_sec_source(
    status: int = 200, body: bytes = b"<html>", agent: str = "Test Desk test@example.com"
) -> FilingsSource:
    http = FakeHttp(lambda path, params: a_reply(body, status))
    return SecSource(SecSettings(user_agent=agent), equipment(http))


def a_row(**said: Any) -> dict[str, list[Any]]:
    told: dict[str, Any] = {
        **dict.fromkeys(("form", "reportDate", "acceptanceDateTime", "items", "primaryDocument"), ""),
        "accessionNumber": "a-1",
        "filingDate": "2024-05-05",
        "primaryDocDescription": "",
        "isXBRL": 0,
        **said,
    }
    return {name: [value] for name, value in told.items()}


ROWS = st.builds(
    a_row,
    form=st.text(max_size=40),
    items=st.text(max_size=40),
    primaryDocument=st.text(max_size=40),
    acceptanceDateTime=st.text(max_size=30) | st.just("9999-12-31T23:59:59.999Z"),
    accessionNumber=st.text(max_size=40),
    isXBRL=st.integers(),
)
VALUES = st.fixed_dictionaries(
    {
        "val": st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.just(1e308),
        "accn": st.text(max_size=20),
        "filed": st.just("2024-05-05"),
        "form": st.text(max_size=20),
        "end": st.dates().map(str),
    }
)


@pytest.mark.parametrize("build", [pytest.param(a_sec_source, id="sec")])
class TestEveryFilingsSource:
    @pytest.mark.parametrize("question", QUESTIONS)
    @pytest.mark.parametrize("status", STATUSES)
    async def test_fails_with_a_source_error_and_nothing_else(
        self, build: Callable[[int], FilingsSource], question: str, status: int
    ) -> None:
        if (question, status) == ("facts", 404):
            assert await QUESTIONS[question](build(status)) == ()
            return
        with pytest.raises(SourceError):
            await QUESTIONS[question](build(status))

    @pytest.mark.parametrize("question", QUESTIONS)
    @settings(suppress_health_check=[HealthCheck.differing_executors])
    @given(body=st.binary(max_size=300))
    async def test_makes_something_or_a_source_error_of_any_body(
        self, build: Callable[[int, bytes], FilingsSource], question: str, body: bytes
    ) -> None:
        with suppress(SourceError):
            await QUESTIONS[question](build(200, body))

    @pytest.mark.parametrize("question", QUESTIONS)
    async def test_without_a_name_asks_nothing(
        self, build: Callable[[int, bytes, str], FilingsSource], question: str
    ) -> None:
        source = build(200, b"{}", "")
        assert source.obstacle
        with pytest.raises(NotConfigured):
            await QUESTIONS[question](source)

    @settings(suppress_health_check=[HealthCheck.differing_executors])
    @given(row=ROWS, values=st.lists(VALUES, max_size=4))
    async def test_whatever_it_reads_can_be_stored(
        self, build: Callable[[int, bytes], FilingsSource], row: Any, values: Any
    ) -> None:
        told = {"cik": COMPANY.cik, "name": "x", "filings": {"recent": row}}
        page = await build(200, json.dumps(told).encode()).submitted(COMPANY, SINCE)
        units = {"us-gaap": {"CryptoAssetCost": {"units": {"USD": values}}}}
        facts = await build(200, json.dumps({"cik": COMPANY.cik, "facts": units}).encode()).facts(COMPANY)
        batch = Batch()
        batch.add_disclosures(disclosures(filings=page.filings, facts=tuple(facts)))
        assert batch.give_up_unstorable() == 0
