"""What companies file with their regulator, and the figures that it makes of that.

Calendar dates are dates: they belong to the regulator's day, and to no moment.
"""

from datetime import date

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId


class Company(Struct, frozen=True, kw_only=True):
    """Whoever files; several tickers may be its own."""

    cik: int
    """The regulator's number of it (Central Index Key)."""
    name: str
    tickers: tuple[str, ...] = ()


class Filing(Struct, frozen=True, kw_only=True):
    """One document of a company, and where to read it."""

    cik: int
    accession: str
    """The regulator's number of the filing; those of several companies may share one."""
    form: str
    """`10-K`, `8-K`, `4`."""
    filed: date
    reported: date | None = None
    """The day or the end of the period that it is about."""
    accepted_ms: int | None = None
    """As the regulator writes it: of some companies it is New York's time under the sign of UTC."""
    description: str = ""
    items: tuple[str, ...] = ()
    """What a current report is about: `7.01`, `8.01`."""
    url: str = ""
    is_xbrl: bool = False
    """Figures of it are among the company's facts."""


class Fact(Struct, frozen=True, kw_only=True):
    """One figure of a company, as it was reported last."""

    cik: int
    taxonomy: str
    """`us-gaap`, `dei`, `ifrs-full`."""
    concept: str
    unit: str
    """`USD`, `shares`, `BTC`."""
    start: date | None = None
    """None where the figure is of a day; otherwise it is of the period from here to `end`."""
    end: date
    value: float
    filed: date
    form: str
    accession: str


class Disclosures(Struct, frozen=True, kw_only=True):
    """What one visit to a company brought: only what is new is in it."""

    instruments: tuple[InstrumentId, ...]
    """Those that are shares of the company."""
    company: Company
    asked_ms: int
    filings: tuple[Filing, ...] = ()
    facts: tuple[Fact, ...] = ()
    facts_ms: int | None = None
    """When its facts were asked for last; None where they never were."""


class CompanyRecord(Struct, frozen=True, kw_only=True):
    """What is stored of an instrument's company, and how new that is."""

    company: Company
    asked_ms: int
    facts_ms: int | None = None
