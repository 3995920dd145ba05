"""Edits of portfolios and watchlists: shown at once, undone where the engine refuses them."""

from collections.abc import Mapping
from typing import TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.model.commands import RemovePortfolio, RemoveWatchlist, SavePortfolio, SaveWatchlist
from rtp_tui.model.documents import DocumentKind
from rtp_tui.model.events import Payload
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import Portfolio, PortfolioRemoved, PortfolioSaved
from rtp_tui.model.watchlists import Watchlist, WatchlistRemoved, WatchlistSaved
from rtp_tui.state.portfolios import PortfolioSlice

Subject = tuple[DocumentKind, str]
"""What an edit is of: the kind and the name."""
Edit = tuple[Subject, Portfolio | Watchlist | None]
"""What it shall be, or is now; None for what is gone."""
KeptT = TypeVar("KeptT", Portfolio, Watchlist)


class Draft(Struct, frozen=True):
    """What somebody wants a portfolio or a watchlist to be."""

    number: int
    content: Portfolio | Watchlist | None
    """None: it shall be gone."""
    is_taken: bool = False
    """The engine has said yes, and not yet announced it."""


class Drafts:
    """The newest edit of each that the engine has not announced; what it announces takes its place."""

    def __init__(self) -> None:
        self._drafts: dict[Subject, Draft] = {}
        self._numbers = 0
        self._watched: frozenset[InstrumentId] | None = None

    @property
    def newest(self) -> Mapping[Subject, Draft]:
        """A copy: it does not change any more."""
        return dict(self._drafts)

    def begin(self, command: object) -> tuple[Subject, int] | None:
        """Show from now on what a command is about to do; None for one that edits something else."""
        edit = _edit_of(command)
        if edit is None:
            return None
        subject, content = edit
        self._numbers += 1
        self._drafts[subject] = Draft(self._numbers, content)
        self._watched = None
        return subject, self._numbers

    def settle(self, subject: Subject, number: int, kept: PortfolioSlice, *, is_done: bool) -> None:
        """The engine has answered. A later edit of the same stays, whatever became of this one."""
        draft = self._drafts.get(subject)
        if draft is None or draft.number != number:
            return
        if is_done and _known(kept, subject) != draft.content:
            self._drafts[subject] = replace(draft, is_taken=True)
        else:
            del self._drafts[subject]
        self._watched = None

    def note(self, payload: Payload) -> None:
        """What the engine announces goes before what it has said yes to."""
        announced = _announced_by(payload)
        if announced is None:
            return
        subject, content = announced
        self._watched = None
        draft = self._drafts.get(subject)
        if draft is not None and (draft.is_taken or draft.content == content):
            del self._drafts[subject]

    def start_over(self) -> None:
        """All that the engine has taken is in a new snapshot."""
        self._watched = None
        self._drafts = {subject: draft for subject, draft in self._drafts.items() if not draft.is_taken}

    def watched(self, kept: PortfolioSlice) -> frozenset[InstrumentId]:
        """Everything that is on any watchlist."""
        if self._watched is None:
            lists = with_drafts(kept.watchlists, DocumentKind.WATCHLIST, self._drafts).values()
            self._watched = frozenset(one for watchlist in lists for one in watchlist.instruments)
        return self._watched


def with_drafts(
    known: Mapping[str, KeptT], kind: DocumentKind, drafts: Mapping[Subject, Draft]
) -> Mapping[str, KeptT]:
    """What is kept, as it will be once the engine has taken all edits; by name."""
    edits = {name: draft.content for (of, name), draft in drafts.items() if of is kind}
    if not edits:
        return known
    kept = {**known, **edits}
    return {name: cast("KeptT", one) for name, one in kept.items() if one is not None}


def _edit_of(command: object) -> Edit | None:
    match command:
        case SavePortfolio(portfolio=portfolio):
            return (DocumentKind.PORTFOLIO, portfolio.name), portfolio
        case RemovePortfolio(name=name):
            return (DocumentKind.PORTFOLIO, name), None
        case SaveWatchlist(watchlist=watchlist):
            return (DocumentKind.WATCHLIST, watchlist.name), watchlist
        case RemoveWatchlist(name=name):
            return (DocumentKind.WATCHLIST, name), None
    return None


def _announced_by(payload: Payload) -> Edit | None:
    match payload:
        case PortfolioSaved(portfolio=portfolio):
            return (DocumentKind.PORTFOLIO, portfolio.name), portfolio
        case PortfolioRemoved(name=name):
            return (DocumentKind.PORTFOLIO, name), None
        case WatchlistSaved(watchlist=watchlist):
            return (DocumentKind.WATCHLIST, watchlist.name), watchlist
        case WatchlistRemoved(name=name):
            return (DocumentKind.WATCHLIST, name), None
    return None


def _known(kept: PortfolioSlice, subject: Subject) -> Portfolio | Watchlist | None:
    kind, name = subject
    return kept.portfolios.get(name) if kind is DocumentKind.PORTFOLIO else kept.watchlists.get(name)
