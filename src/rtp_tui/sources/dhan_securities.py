"""Which number Dhan has for a symbol: out of its own list, a shorter one, or the symbol itself."""

import csv
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

from msgspec import Struct

from rtp_tui.sources.dhan_packets import SEGMENTS

MAX_ROWS = 1_000_000
LARGEST_ID = 2**32 - 1
EQUITIES = "NSE_EQ"
"""The segment of a symbol that names none."""
_EXCHANGES = {("NSE", "E"): "NSE_EQ", ("BSE", "E"): "BSE_EQ"}
"""Of the provider's own list: an exchange and a kind of market; equities alone are looked up by symbol."""
_NAMES = frozenset(SEGMENTS.values())


class Security(Struct, frozen=True, order=True):
    """An instrument as the provider numbers it."""

    segment: str
    id: int


class SecurityIds(Struct, frozen=True):
    """What is known of symbols; `problem` says why nothing is, where a list was named."""

    by_symbol: Mapping[str, Security] = {}
    problem: str = ""

    def of(self, symbol: str) -> Security | None:
        """The security of `RELIANCE`, `NSE_EQ/2885` or `2885`; None where it is not known."""
        segment, slash, number = symbol.rpartition("/")
        if not slash:
            segment = EQUITIES
        return self.by_symbol.get(symbol) or _security(segment, number)


def read_security_ids(path: str) -> SecurityIds:
    """The list of a file, `symbol,segment,security_id` or the provider's `api-scrip-master.csv`; none for no path."""
    if not path:
        return SecurityIds()
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            return SecurityIds(dict(_rows(islice(csv.DictReader(file), MAX_ROWS))))
    except OSError as error:
        return SecurityIds(problem=f"{path} cannot be read: {error.strerror}")
    except (UnicodeDecodeError, csv.Error):
        return SecurityIds(problem=f"{path} is no list of comma-separated values")


def _rows(rows: Iterable[Mapping[str, str | None]]) -> Iterable[tuple[str, Security]]:
    """The first of a symbol counts at its own exchange, and that of the first exchange before others."""
    found: dict[str, Security] = {}
    for row in rows:
        symbol, security = (row.get("symbol") or "").strip(), None
        if symbol:
            security = _security(
                (row.get("segment") or EQUITIES).strip(), (row.get("security_id") or "").strip()
            )
        elif (row.get("SEM_SERIES") or "EQ").strip() in ("EQ", "BE", "A", "B"):
            symbol = (row.get("SEM_TRADING_SYMBOL") or "").strip()
            security = _listed(row)
        if symbol and security is not None:
            known = found.get(symbol)
            if known is None or (known.segment != EQUITIES and security.segment == EQUITIES):
                found[symbol] = security
    return found.items()


def _listed(row: Mapping[str, str | None]) -> Security | None:
    exchange, kind = row.get("SEM_EXM_EXCH_ID") or "", row.get("SEM_SEGMENT") or "E"
    segment = _EXCHANGES.get((exchange.strip(), kind.strip()))
    return _security(segment or "", (row.get("SEM_SMST_SECURITY_ID") or "").strip())


def _security(segment: str, number: str) -> Security | None:
    if segment not in _NAMES or not (number.isascii() and number.isdigit()) or len(number) > 10:
        return None
    return Security(segment, int(number)) if int(number) <= LARGEST_ID else None
