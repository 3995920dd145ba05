"""SEC EDGAR: what companies file, and the figures that the SEC reads out of it.

Source: https://www.sec.gov/search-filings/edgar-application-programming-interfaces
"""

from collections.abc import Mapping, Sequence
from datetime import date

from rtp_tui.model.filings import Company, Fact, Filing
from rtp_tui.sources.asking import Http, ask
from rtp_tui.sources.contract import SubmittedPage, UnknownSymbol
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.provider_settings import SecSettings
from rtp_tui.sources.sec_errors import check_obstacle, check_reply, obstacle_of
from rtp_tui.sources.sec_facts import facts_of
from rtp_tui.sources.sec_submissions import companies_of, older_of, submitted_of

CALLS_PER_S, LISTS_PER_S = 7.0, 1.0
"""To the two hosts; ten a second are allowed to all machines of a user together."""
TICKERS = "/files/company_tickers.json"


class SecSource:
    """Filings and facts of one company a question; who asks is told in a header, as the rules of access demand."""

    name = "sec"

    def __init__(self, settings: SecSettings, equipment: Equipment) -> None:
        self.obstacle = obstacle_of(settings.user_agent)
        self._headers = {"User-Agent": settings.user_agent}
        self._data = equipment.paced(equipment.archive_http_at(settings.rest_url), CALLS_PER_S)
        self._lists = equipment.paced(equipment.archive_http_at(settings.www_url), LISTS_PER_S)

    async def companies(self) -> Mapping[str, Company]:
        """Every company by each of its tickers, which are written with dashes. Raises SourceError."""
        return companies_of(await self._ask(self._lists, TICKERS), TICKERS)

    async def submitted(self, company: Company, since: date) -> SubmittedPage:
        """What a company filed on a day and after it. Raises SourceError, UnknownSymbol for no such company."""
        path = f"/submissions/CIK{company.cik:010}.json"
        return submitted_of(await self._ask(self._data, path), path, company, since)

    async def older(self, company: Company, page: str, since: date) -> Sequence[Filing]:
        """A page before the newest one. Raises SourceError."""
        path = f"/submissions/{page}"
        return older_of(await self._ask(self._data, path), path, company, since)

    async def facts(self, company: Company) -> Sequence[Fact]:
        """Its figures; none where it reports none. Raises SourceError."""
        path = f"/api/xbrl/companyfacts/CIK{company.cik:010}.json"
        try:
            body = await self._ask(self._data, path)
        except UnknownSymbol:
            return ()
        return facts_of(body, path, company)

    async def _ask(self, http: Http, path: str) -> bytes:
        check_obstacle(self.obstacle)
        reply = await ask(http, path, headers=self._headers)
        check_reply(reply, path)
        return reply.body
