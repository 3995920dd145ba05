"""Companies that file with the simulated SEC: invented filings and figures of believable size."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

OLDER_AFTER_DAYS = 366
"""What is older is on a page of its own."""
_KEPT_DAYS = 800
_PERIOD_DAYS = 91
_CURRENT_REPORT_DAYS = 17
_INSIDER_DAYS = 23
_CURRENT_ITEMS = ("2.02,9.01", "7.01", "8.01,9.01", "5.02")


class SimulatedCompany(Struct, frozen=True):
    """Whoever files; `bitcoins` is what it holds of them."""

    cik: int
    tickers: tuple[str, ...]
    name: str
    shares: int
    cash: int
    bitcoins: float = 0.0
    bitcoin_cost: int = 0


COMPANIES = (
    SimulatedCompany(320193, ("AAPL",), "Apple Inc.", 14_776_353_000, 35_934_000_000),
    SimulatedCompany(789019, ("MSFT",), "MICROSOFT CORP", 7_432_000_000, 28_849_000_000),
    SimulatedCompany(1045810, ("NVDA",), "NVIDIA CORP", 24_300_000_000, 11_486_000_000),
    SimulatedCompany(1018724, ("AMZN",), "AMAZON COM INC", 10_690_000_000, 66_922_000_000),
    SimulatedCompany(1652044, ("GOOGL", "GOOG"), "Alphabet Inc.", 12_084_000_000, 23_090_000_000),
    SimulatedCompany(1326801, ("META",), "Meta Platforms, Inc.", 2_520_000_000, 10_190_000_000),
    SimulatedCompany(1318605, ("TSLA",), "Tesla, Inc.", 3_325_000_000, 18_289_000_000, 11_509, 386_000_000),
    SimulatedCompany(1730168, ("AVGO",), "Broadcom Inc.", 4_722_000_000, 10_718_000_000),
    SimulatedCompany(2488, ("AMD",), "ADVANCED MICRO DEVICES INC", 1_628_000_000, 4_808_000_000),
    SimulatedCompany(1065280, ("NFLX",), "NETFLIX INC", 4_237_000_000, 9_287_000_000),
    SimulatedCompany(1050446, ("MSTR",), "Strategy Inc", 287_000_000, 54_300_000, 641_205, 47_490_000_000),
    SimulatedCompany(
        1679788, ("COIN",), "Coinbase Global, Inc.", 269_700_000, 8_675_000_000, 14_548, 1_057_000_000
    ),
    SimulatedCompany(1321655, ("PLTR",), "Palantir Technologies Inc.", 2_382_000_000, 1_616_000_000),
    SimulatedCompany(50863, ("INTC",), "INTEL CORP", 4_770_000_000, 11_141_000_000),
    SimulatedCompany(19617, ("JPM",), "JPMORGAN CHASE & CO", 2_722_000_000, 21_821_000_000),
    SimulatedCompany(1403161, ("V",), "VISA INC.", 1_929_000_000, 17_164_000_000),
    SimulatedCompany(104169, ("WMT",), "Walmart Inc.", 7_973_000_000, 10_582_000_000),
    SimulatedCompany(34088, ("XOM",), "EXXON MOBIL CORP", 4_217_000_000, 13_813_000_000),
    SimulatedCompany(21344, ("KO",), "COCA COLA CO", 4_302_000_000, 12_725_000_000),
    SimulatedCompany(1744489, ("DIS",), "Walt Disney Co", 1_785_000_000, 5_695_000_000),
    SimulatedCompany(1067983, ("BRK-B", "BRK-A"), "BERKSHIRE HATHAWAY INC", 2_157_000_000, 72_186_000_000),
)


class Document(Struct, frozen=True):
    """One filing; `period` is the day that it is about."""

    form: str
    filed: date
    period: date
    accession: str
    items: str = ""
    is_xbrl: bool = False


def documents(company: SimulatedCompany, today: date) -> list[Document]:
    """What a company filed up to today, the newest first; the same every day but for what is new."""
    first = (today - timedelta(days=_KEPT_DAYS)).toordinal()
    found = [
        _document(company, form, date.fromordinal(day), number)
        for number, (form, every) in enumerate(
            (("10-Q", _PERIOD_DAYS), ("8-K", _CURRENT_REPORT_DAYS), ("4", _INSIDER_DAYS))
        )
        for day in range(first, today.toordinal() + 1)
        if (day + company.cik) % every == 0
    ]
    return sorted(found, key=lambda one: (one.filed, one.accession), reverse=True)


def quarters(company: SimulatedCompany, today: date) -> Iterator[Document]:
    """The periodic reports, the oldest first."""
    return (one for one in reversed(documents(company, today)) if one.is_xbrl)


def _document(company: SimulatedCompany, form: str, filed: date, number: int) -> Document:
    is_periodic = form == "10-Q"
    is_annual = is_periodic and filed.month <= 3
    return Document(
        form="10-K" if is_annual else form,
        filed=filed,
        period=filed - timedelta(days=35 if is_periodic else 2),
        accession=f"{company.cik:010}-{filed.year % 100:02}-{filed.timetuple().tm_yday * 10 + number:06}",
        items=_CURRENT_ITEMS[filed.toordinal() % len(_CURRENT_ITEMS)] if form == "8-K" else "",
        is_xbrl=is_periodic,
    )
