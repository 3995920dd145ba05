"""Small things that are kept whole under a name: portfolios, watchlists, holdings."""

from enum import StrEnum

from msgspec import Struct


class DocumentKind(StrEnum):
    """What a document is; its payload is JSON of a struct that the room which keeps it knows."""

    PORTFOLIO = "portfolio"
    WATCHLIST = "watchlist"
    HOLDINGS = "holdings"


class Document(Struct, frozen=True):
    """One of them; the newest word on a kind and a name counts."""

    kind: DocumentKind
    name: str
    changed_ms: int
    payload: str | None
    """None where it was removed."""
