"""A source of filings being run: whom it asks, for what, and what it makes of failures."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from rtp_tui.feeds.filings import NO_STOCKS, FilingsFeed, GuardedFilings, tickers_of
from rtp_tui.feeds.poll import FAILURES
from rtp_tui.jobs.filings import FilingsJob
from rtp_tui.model.filings import Company, CompanyRecord, Disclosures, Fact, Filing
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.jobs import Progress
from rtp_tui.resilience.outcome import CircuitOpen
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    NotConfigured,
    RateLimited,
    SubmittedPage,
    UnknownSymbol,
)
from rtp_tui.storage.memory_filings import MemoryFilings
from tests.factories import MSTR, a_fact, a_filing, an_instrument
from tests.fakes import FakeClock, OpenGuard

DAY_MS = 86_400_000
TODAY = date(2026, 9, 21)
STRATEGY = Company(cik=1050446, name="Strategy Inc", tickers=("MSTR",))
ALPHABET = Company(cik=1652044, name="Alphabet Inc.", tickers=("GOOGL", "GOOG"))
COMPANIES = {"MSTR": STRATEGY, "GOOGL": ALPHABET, "GOOG": ALPHABET}


class FakeFilings:
    """A source that remembers what it was asked."""

    name = "regulator"

    def __init__(self) -> None:
        self.obstacle = ""
        self.asked: list[tuple[Any, ...]] = []
        self.filings: dict[int, tuple[Filing, ...]] = {}
        self.older_pages: tuple[str, ...] = ()
        self.failures: dict[int, Exception] = {}

    async def companies(self) -> Mapping[str, Company]:
        self.asked.append(("companies",))
        return COMPANIES

    async def submitted(self, company: Company, since: date) -> SubmittedPage:
        self.asked.append(("submitted", company.cik, since))
        if company.cik in self.failures:
            raise self.failures[company.cik]
        return SubmittedPage(company, self.filings.get(company.cik, ()), self.older_pages)

    async def older(self, company: Company, page: str, since: date) -> Sequence[Filing]:
        self.asked.append(("older", company.cik, page))
        return (a_filing(accession=page),)

    async def facts(self, company: Company) -> Sequence[Fact]:
        self.asked.append(("facts", company.cik))
        return (a_fact(cik=company.cik),)


class Run:
    """A feed with what it is connected to."""

    def __init__(self, *instruments: Instrument) -> None:
        self.clock = FakeClock()
        self.source = FakeFilings()
        self.store = MemoryFilings()
        self.kept: list[Disclosures] = []
        self.progress: list[Progress] = []
        self.instruments = instruments
        self.feed = FilingsFeed(
            GuardedFilings(self.source, OpenGuard()), self.record_of, self.keep, self.clock
        )

    async def record_of(self, instrument: InstrumentId) -> CompanyRecord | None:
        return self.store.record(instrument)

    def keep(self, disclosed: Disclosures) -> None:
        self.kept.append(disclosed)
        self.store.keep(disclosed)

    async def collect(self) -> Progress:
        self.source.asked.clear()
        return await self.feed.collect(self.instruments, self.progress.append)


def a_stock(id: str = MSTR, **changes: Any) -> Instrument:  # noqa: A002
    return an_instrument(id, **{"feeds": (f"yahoo:{id.partition(':')[2]}",), **changes})


async def test_a_first_visit_asks_for_two_years_and_for_figures() -> None:
    run = Run(a_stock())
    run.source.filings[STRATEGY.cik] = (a_filing(),)
    assert await run.collect() == Progress(1, 1)
    assert run.source.asked == [
        ("companies",),
        ("submitted", STRATEGY.cik, date(2024, 9, 21)),
        ("facts", STRATEGY.cik),
    ]
    (kept,) = run.kept
    assert (kept.instruments, kept.company, kept.filings) == ((MSTR,), STRATEGY, (a_filing(),))
    assert (kept.asked_ms, kept.facts_ms) == (run.clock.now_ms(), run.clock.now_ms())
    assert [fact.cik for fact in kept.facts] == [STRATEGY.cik]


async def test_a_later_visit_asks_for_what_may_be_new_only() -> None:
    run = Run(a_stock())
    await run.collect()
    await run.clock.advance(86_400)
    run.source.filings[STRATEGY.cik] = (a_filing(filed=TODAY),)
    await run.collect()
    assert run.source.asked == [("companies",), ("submitted", STRATEGY.cik, date(2026, 9, 18))]
    assert run.kept[-1].facts_ms is None
    assert run.store.record(MSTR) == CompanyRecord(
        company=STRATEGY, asked_ms=run.clock.now_ms(), facts_ms=run.clock.now_ms() - DAY_MS
    )


async def test_figures_are_asked_for_again_once_a_filing_has_some() -> None:
    run = Run(a_stock())
    await run.collect()
    run.source.filings[STRATEGY.cik] = (a_filing(filed=date(2026, 9, 22), is_xbrl=True),)
    await run.clock.advance(86_400)
    await run.collect()
    assert ("facts", STRATEGY.cik) in run.source.asked


async def test_older_pages_that_reach_into_the_span_are_read_within_a_bound() -> None:
    run = Run(a_stock())
    run.source.older_pages = tuple(f"page-{number}" for number in range(30))
    await run.collect()
    assert [one.accession for one in run.kept[0].filings] == [f"page-{number}" for number in range(10)]


async def test_shares_of_one_company_are_one_visit() -> None:
    run = Run(a_stock("stocks:GOOG"), a_stock("stocks:GOOGL"))
    assert await run.collect() == Progress(2, 2)
    assert run.kept[0].instruments == ("stocks:GOOG", "stocks:GOOGL")
    assert [asked[0] for asked in run.source.asked] == ["companies", "submitted", "facts"]


async def test_only_stocks_in_dollars_are_asked_about_and_those_without_a_company_stay_undone() -> None:
    run = Run(
        a_stock(), a_stock("stocks:TCS", currency="INR"), a_stock("crypto:GOOG"), a_stock("stocks:NONE")
    )
    assert await run.collect() == Progress(1, 2)
    assert run.progress == [Progress(1, 2)]


def test_a_ticker_may_be_the_symbol_of_a_feed_and_is_written_with_dashes() -> None:
    stock = a_stock("stocks:BRK.b", feeds=("yahoo:BRK-B", "twelvedata:BRK/B", "dhan:NSE_EQ/2885"))
    assert tickers_of(stock) == ("BRK-B", "NSE_EQ-2885")


async def test_without_what_must_be_configured_nothing_is_asked() -> None:
    run = Run(a_stock())
    run.source.obstacle = "set a user agent"
    with pytest.raises(NotConfigured, match="set a user agent"):
        await run.collect()
    assert run.source.asked == []
    assert run.feed.obstacle(run.instruments) == "set a user agent"


async def test_without_stocks_there_is_nothing_to_do() -> None:
    run = Run(an_instrument(), a_stock("stocks:TCS", currency="INR"))
    assert run.feed.obstacle(run.instruments) == NO_STOCKS
    assert await run.collect() == Progress(0, 0)
    assert run.source.asked == []


@pytest.mark.parametrize(
    "failure", [RateLimited("blocked", 600.0), AccessDenied("no"), CircuitOpen("x", None)]
)
async def test_after_a_refusal_of_everything_nobody_else_is_asked_about(failure: Exception) -> None:
    run = Run(a_stock(), a_stock("stocks:GOOG"))
    run.source.failures[STRATEGY.cik] = failure
    with pytest.raises(FAILURES) as raised:
        await run.collect()
    assert raised.value is failure
    assert run.source.asked == [("companies",), ("submitted", STRATEGY.cik, date(2024, 9, 21))]


async def test_a_company_that_cannot_be_read_leaves_the_others_be_and_is_told_once() -> None:
    run = Run(a_stock(), a_stock("stocks:GOOG"), a_stock("stocks:GOOGL"))
    run.source.failures[STRATEGY.cik] = failure = BadPayload("missing required field `form`")
    with pytest.raises(BadPayload) as raised:
        await run.collect()
    assert raised.value is failure
    assert [kept.company for kept in run.kept] == [ALPHABET]


async def test_an_unknown_company_is_no_failure() -> None:
    run = Run(a_stock(), a_stock("stocks:GOOG"))
    run.source.failures[STRATEGY.cik] = UnknownSymbol("SEC has no such file")
    assert await run.collect() == Progress(1, 2)


async def test_a_ticker_that_became_another_company_begins_anew() -> None:
    run = Run(a_stock())
    former = Company(cik=1, name="Former", tickers=("MSTR",))
    run.store.keep(Disclosures(instruments=(MSTR,), company=former, asked_ms=run.clock.now_ms(), facts_ms=1))
    await run.collect()
    assert ("submitted", STRATEGY.cik, date(2024, 9, 21)) in run.source.asked
    assert ("facts", STRATEGY.cik) in run.source.asked


async def test_a_job_visits_the_companies_of_its_own_instruments_or_of_all() -> None:
    run = Run(a_stock(), a_stock("stocks:GOOG"))
    job = FilingsJob(run.feed, lambda: run.instruments)
    some = JobSettings(id="filings", kind="filings", instruments=("stocks:GOOG",))
    assert await job.run(some, run.progress.append) == Progress(1, 1)
    assert await job.run(JobSettings(id="filings", kind="filings"), run.progress.append) == Progress(2, 2)
    assert job.obstacle() == ""
