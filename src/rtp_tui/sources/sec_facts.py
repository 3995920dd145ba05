"""Reading the SEC's company facts: of some hundred concepts a few are decoded, the others are skipped.

Four megabytes take 4 ms, so they are read in place; a thread would not help, since decoding keeps the interpreter.
The same figure is told again by each filing that repeats it, and `fy` and `fp` describe that filing, not the figure.

Source: https://www.sec.gov/search-filings/edgar-application-programming-interfaces
"""

from collections.abc import Iterable, Iterator
from datetime import date
from math import isfinite

import msgspec
from msgspec import Raw, Struct

from rtp_tui.model.filings import Company, Fact
from rtp_tui.sources.contract import BadPayload
from rtp_tui.sources.sec_submissions import day_of, difference_told, is_cik
from rtp_tui.text import safe

CONCEPTS = {
    "dei": frozenset({"EntityCommonStockSharesOutstanding"}),
    "us-gaap": frozenset(
        {
            "CommonStockSharesOutstanding",
            "WeightedAverageNumberOfDilutedSharesOutstanding",
            "CashAndCashEquivalentsAtCarryingValue",
            "LongTermDebt",
            "LongTermDebtNoncurrent",
            "PreferredStockValue",
        }
    ),
    "ifrs-full": frozenset({"CashAndCashEquivalents", "NumberOfSharesOutstanding"}),
}
"""What treasury metrics are made of: shares, cash, and what is owed before a share."""
CRYPTO = "CryptoAsset"
"""How the concepts begin that tell what a company holds, since 2024."""
MOST_OF_ONE = 200
"""Periods of one concept in one unit; the newest are kept."""


class _Facts(Struct):
    cik: int | str
    facts: dict[str, dict[str, Raw]]


class _Value(Struct):
    end: str
    accn: str
    filed: str
    form: str
    val: float | None = None
    start: str = ""


class _Concept(Struct):
    units: dict[str, list[_Value]]


_facts = msgspec.json.Decoder(_Facts)
_concept = msgspec.json.Decoder(_Concept)


def facts_of(body: bytes, path: str, company: Company) -> tuple[Fact, ...]:
    """The wanted figures of a company, each as it was reported last. Raises BadPayload."""
    answer = difference_told(_facts, body, path)
    if not is_cik(answer.cik, company.cik):
        raise BadPayload(f"SEC, {path} is about another company: {safe(str(answer.cik), 16)}")
    return tuple(
        fact
        for taxonomy, concepts in answer.facts.items()
        for concept, raw in concepts.items()
        if is_wanted(taxonomy, concept)
        for unit, values in difference_told(_concept, raw, f"{path}#{concept}").units.items()
        for fact in _newest(_read(values, company.cik, taxonomy, concept, unit))
    )


def is_wanted(taxonomy: str, concept: str) -> bool:
    """Whether a concept is one of those that are kept."""
    return concept in CONCEPTS.get(taxonomy, ()) or (taxonomy == "us-gaap" and concept.startswith(CRYPTO))


def _newest(told: Iterable[Fact]) -> list[Fact]:
    """Of each period the figure that was filed last, since figures are restated; ascending by their end.

    Where one filing tells two of a period, which no filing of a single company and class does, neither is taken.
    """
    newest: dict[tuple[date | None, date], Fact] = {}
    doubtful: set[tuple[date | None, date, str]] = set()
    for fact in told:
        known = newest.get((fact.start, fact.end))
        if known is not None and known.accession == fact.accession and known.value != fact.value:
            doubtful.add((fact.start, fact.end, fact.accession))
        if known is None or (fact.filed, fact.accession) >= (known.filed, known.accession):
            newest[fact.start, fact.end] = fact
    kept = (fact for fact in newest.values() if (fact.start, fact.end, fact.accession) not in doubtful)
    return sorted(kept, key=lambda fact: (fact.end, fact.start or fact.end))[-MOST_OF_ONE:]


def _read(values: Iterable[_Value], cik: int, taxonomy: str, concept: str, unit: str) -> Iterator[Fact]:
    """The figures that have a value and days."""
    for value in values:
        end, filed = day_of(value.end), day_of(value.filed)
        if value.val is None or not isfinite(value.val) or end is None or filed is None:
            continue
        yield Fact(
            cik=cik,
            taxonomy=safe(taxonomy, 32),
            concept=safe(concept, 128),
            unit=safe(unit, 32),
            start=day_of(value.start),
            end=end,
            value=value.val,
            filed=filed,
            form=safe(value.form, 32),
            accession=safe(value.accn, 32),
        )
