"""What companies filed, kept until the process ends."""

from datetime import date

from rtp_tui.model.filings import CompanyRecord, Disclosures, Fact, Filing
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import FilingPage, GetFilings
from rtp_tui.storage.pages import cursor_number, page_size
from rtp_tui.storage.writing_filings import oldest_first

MOST_FILINGS = 20_000

_FactKey = tuple[int, str, str, str]


class MemoryFilings:
    """The newest filings, and the newest fact of each concept."""

    def __init__(self) -> None:
        self._records: dict[int, CompanyRecord] = {}
        self._shares: dict[InstrumentId, int] = {}
        self._filings: dict[tuple[int, str], tuple[int, Filing]] = {}
        self._facts: dict[_FactKey, Fact] = {}
        self._last_id = 0

    def keep(self, disclosed: Disclosures) -> None:
        """Take over what a company filed."""
        cik = disclosed.company.cik
        known = self._records.get(cik)
        facts_ms = disclosed.facts_ms or (known.facts_ms if known else None)
        self._records[cik] = CompanyRecord(
            company=disclosed.company, asked_ms=disclosed.asked_ms, facts_ms=facts_ms
        )
        self._shares.update(dict.fromkeys(disclosed.instruments, cik))
        for filing in oldest_first(disclosed.filings):
            self._keep_filing(filing)
        for fact in disclosed.facts:
            self._keep_fact(fact)
        while len(self._filings) > MOST_FILINGS:
            del self._filings[next(iter(self._filings))]

    def record(self, instrument: InstrumentId) -> CompanyRecord | None:
        """The company that an instrument is a share of, where one is known."""
        cik = self._shares.get(instrument)
        return None if cik is None else self._records.get(cik)

    def page(self, query: GetFilings) -> FilingPage:
        """Filings, the newest first; the cursor is the id of the next one. Raises BadRequest."""
        size, first = page_size(query.limit), cursor_number(query.cursor)
        record = self.record(query.instrument)
        if record is None:
            return FilingPage(filings=())
        cik = record.company.cik
        found = [
            (number, filing)
            for number, filing in sorted(self._filings.values(), key=lambda kept: -kept[0])
            if filing.cik == cik and (not first or number <= first) and query.form in (None, filing.form)
        ]
        facts = (fact for key, fact in sorted(self._facts.items()) if key[0] == cik and not first)
        return FilingPage(
            company=record.company,
            asked_ms=record.asked_ms,
            facts=tuple(facts),
            filings=tuple(filing for _, filing in found[:size]),
            next_cursor=str(found[size][0]) if len(found) > size else None,
        )

    def _keep_filing(self, filing: Filing) -> None:
        key = filing.cik, filing.accession
        if key not in self._filings:
            self._last_id += 1
        number = self._filings[key][0] if key in self._filings else self._last_id
        self._filings[key] = number, filing

    def _keep_fact(self, fact: Fact) -> None:
        key = fact.cik, fact.taxonomy, fact.concept, fact.unit
        known = self._facts.get(key)
        if known is None or _recency(fact) >= _recency(known):
            self._facts[key] = fact


def _recency(fact: Fact) -> tuple[date, date, date]:
    """Of periods that end together the shortest; of what is told twice what was filed last."""
    return fact.end, fact.start or date.min, fact.filed
