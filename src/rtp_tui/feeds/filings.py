"""A source of filings being run: company after company, each asked only for what is not stored yet."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.feeds.fallback import Guard
from rtp_tui.feeds.poll import FAILURES, Failure, Report
from rtp_tui.model.filings import Company, CompanyRecord, Disclosures, Fact, Filing
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.jobs import Progress
from rtp_tui.resilience.outcome import CircuitOpen
from rtp_tui.sources.contract import (
    AccessDenied,
    FilingsSource,
    NotConfigured,
    RateLimited,
    SubmittedPage,
    UnknownSymbol,
)

KEPT_DAYS = 730
"""As long as bars are kept."""
OVERLAP = timedelta(days=3)
"""What is filed late in an evening carries the day after it, and lists lag."""
MOST_PAGES = 10
"""Of older filings of one company: banks file thousands a month."""
ASSET_CLASS, CURRENCY = "stocks", "USD"
"""A ticker is one of the regulator's where the price is in its country's money; elsewhere it may be another company's."""
NO_STOCKS = "no instrument of class stocks is priced in US dollars"
_HOPELESS = (AccessDenied, RateLimited, CircuitOpen)

_log = logging.getLogger(__name__)


class GuardedFilings(Struct, frozen=True):
    """A source of filings, and what protects it from us."""

    source: FilingsSource
    guard: Guard


class FilingsFeed:
    """One provider of filings; `keep` is handed what is new of each company."""

    def __init__(
        self,
        asked: GuardedFilings,
        record_of: Callable[[InstrumentId], Awaitable[CompanyRecord | None]],
        keep: Callable[[Disclosures], None],
        clock: Clock,
    ) -> None:
        self._source = asked.source
        self._guard = asked.guard
        self._record_of = record_of
        self._keep = keep
        self._clock = clock

    def obstacle(self, instruments: Iterable[Instrument]) -> str:
        """Why there is nothing to do, and what to do about that; empty where there is."""
        return self._source.obstacle if any(map(is_us_stock, instruments)) else NO_STOCKS

    async def collect(self, instruments: Sequence[Instrument], report: Report) -> Progress:
        """Ask for the companies of these instruments: how many of the instruments are up to date.

        One that fails leaves the others be. Raises SourceError, NotPermitted or AttemptTimedOut, the first one,
        when all were tried or nothing more can be had.
        """
        stocks = [one for one in instruments if is_us_stock(one)]
        if stocks and self._source.obstacle:
            raise NotConfigured(self._source.obstacle)
        by_company = await self._by_company(stocks)
        done, failure = 0, None
        for company, shares in by_company.items():
            try:
                self._keep(await self._disclosed(company, shares))
                done += len(shares)
                report(Progress(done, len(stocks)))
            except UnknownSymbol as unknown:
                _log.info("%s: %s", company.name, unknown)
            except FAILURES as error:
                failure = failure or error
                if isinstance(error, _HOPELESS):
                    break
        _raise(failure)
        return Progress(done, len(stocks))

    async def _by_company(self, stocks: Sequence[Instrument]) -> Mapping[Company, tuple[InstrumentId, ...]]:
        """The companies of instruments, by their tickers; an instrument without one is left out."""
        if not stocks:
            return {}
        companies = await self._guard.call(self._source.companies)
        found: dict[Company, tuple[InstrumentId, ...]] = {}
        for stock in stocks:
            named = (companies[ticker] for ticker in tickers_of(stock) if ticker in companies)
            company = next(named, None)
            if company is None:
                _log.info("%s: no company files under this ticker", stock.id)
            else:
                found[company] = (*found.get(company, ()), stock.id)
        return found

    async def _disclosed(self, company: Company, shares: tuple[InstrumentId, ...]) -> Disclosures:
        """What is new of a company."""
        asked_ms = self._clock.now_ms()
        record = await self._record_of(shares[0])
        if record is not None and record.company.cik != company.cik:
            record = None
        page, filings = await self._filings(company, _since(record, asked_ms))
        facts: Sequence[Fact] = ()
        wants_facts = record is None or _may_have_facts(filings, record)
        if wants_facts:
            facts = await self._guard.call(partial(self._source.facts, page.company))
        return Disclosures(
            instruments=shares,
            company=page.company,
            asked_ms=asked_ms,
            filings=tuple(filings),
            facts=tuple(facts),
            facts_ms=asked_ms if wants_facts else None,
        )

    async def _filings(self, company: Company, since: date) -> tuple[SubmittedPage, list[Filing]]:
        page = await self._guard.call(partial(self._source.submitted, company, since))
        filings = list(page.filings)
        for name in page.older[:MOST_PAGES]:
            filings += await self._guard.call(partial(self._source.older, company, name, since))
        return page, filings


def is_us_stock(instrument: Instrument) -> bool:
    """Whether it may be a share of a company that files in the United States."""
    return instrument.asset_class == ASSET_CLASS and instrument.currency == CURRENCY


def tickers_of(instrument: Instrument) -> tuple[str, ...]:
    """What an instrument's ticker may be, its own symbol first, then those of its feeds: `BRK.B` is `BRK-B`."""
    symbols = (instrument.symbol, *(feed.partition(":")[2] for feed in instrument.feeds))
    return tuple(dict.fromkeys(symbol.upper().replace(".", "-").replace("/", "-") for symbol in symbols))


def _since(record: CompanyRecord | None, now_ms: int) -> date:
    """From where on filings are asked for: all that is kept, or what may be new."""
    if record is None:
        return _day(now_ms) - timedelta(days=KEPT_DAYS)
    return _day(record.asked_ms) - OVERLAP


def _may_have_facts(filings: Iterable[Filing], record: CompanyRecord) -> bool:
    """Whether any of these tells figures that were not there when facts were asked for last."""
    if record.facts_ms is None:
        return True
    asked = _day(record.facts_ms)
    return any(filing.is_xbrl and filing.filed >= asked - timedelta(days=1) for filing in filings)


def _day(at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).date()


def _raise(failure: Failure | None) -> None:
    if failure is not None:
        raise failure
