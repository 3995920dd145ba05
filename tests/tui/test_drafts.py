"""Edits are shown before the engine has taken them, and undone where it refuses."""

from msgspec.structs import replace

from rtp_tui.model.commands import RemovePortfolio, SavePortfolio, SaveWatchlist, TriggerJob
from rtp_tui.model.documents import DocumentKind
from rtp_tui.model.portfolios import Portfolio, PortfolioSaved
from rtp_tui.model.watchlists import Watchlist
from rtp_tui.state.portfolios import PortfolioSlice
from rtp_tui.tui.drafts import Drafts, with_drafts
from tests.frozen_portfolios import BTC, frozen_portfolios

DESK, SPARE = frozen_portfolios()
BIGGER = replace(DESK, description="bigger")


def kept() -> PortfolioSlice:
    found = PortfolioSlice()
    found.portfolios = {"desk": DESK}
    return found


def shown(drafts: Drafts, known: PortfolioSlice) -> dict[str, Portfolio]:
    return dict(with_drafts(known.portfolios, DocumentKind.PORTFOLIO, drafts.newest))


def begun(drafts: Drafts, command: object) -> tuple[tuple[DocumentKind, str], int]:
    draft = drafts.begin(command)
    assert draft is not None
    return draft


def test_an_edit_is_shown_at_once_and_undone_when_refused() -> None:
    drafts, known = Drafts(), kept()
    draft = begun(drafts, SavePortfolio(portfolio=BIGGER))
    assert shown(drafts, known) == {"desk": BIGGER}
    drafts.settle(*draft, known, is_done=False)
    assert shown(drafts, known) == {"desk": DESK}


def test_what_is_deleted_is_gone_at_once_and_back_when_refused() -> None:
    drafts, known = Drafts(), kept()
    draft = begun(drafts, RemovePortfolio(name="desk"))
    assert shown(drafts, known) == {}
    drafts.settle(*draft, known, is_done=False)
    assert shown(drafts, known) == {"desk": DESK}


def test_what_was_taken_stays_until_the_engine_announces_it_and_not_longer() -> None:
    drafts, known = Drafts(), kept()
    draft = begun(drafts, SavePortfolio(portfolio=BIGGER))
    drafts.settle(*draft, known, is_done=True)
    assert shown(drafts, known) == {"desk": BIGGER}
    drafts.note(PortfolioSaved(BIGGER))
    known.portfolios["desk"] = BIGGER
    assert not drafts.newest
    known.portfolios["desk"] = DESK
    assert shown(drafts, known) == {"desk": DESK}, "somebody else's edit is seen"


def test_what_was_announced_before_the_answer_came_needs_no_draft() -> None:
    drafts, known = Drafts(), kept()
    draft = begun(drafts, SavePortfolio(portfolio=BIGGER))
    drafts.note(PortfolioSaved(BIGGER))
    known.portfolios["desk"] = BIGGER
    drafts.settle(*draft, known, is_done=True)
    assert not drafts.newest


def test_somebody_elses_edit_that_follows_before_the_answer_comes_is_seen() -> None:
    drafts, known = Drafts(), kept()
    draft = begun(drafts, SavePortfolio(portfolio=BIGGER))
    drafts.note(PortfolioSaved(BIGGER))
    drafts.note(PortfolioSaved(DESK))
    drafts.settle(*draft, known, is_done=True)
    assert shown(drafts, known) == {"desk": DESK}


def test_a_later_edit_stays_whatever_becomes_of_the_one_before() -> None:
    drafts, known = Drafts(), kept()
    first = begun(drafts, SavePortfolio(portfolio=SPARE))
    begun(drafts, SavePortfolio(portfolio=replace(SPARE, base_currency="GBP")))
    drafts.settle(*first, known, is_done=False)
    assert shown(drafts, known)["spare"].base_currency == "GBP"


def test_after_a_new_snapshot_only_what_is_under_way_is_a_draft() -> None:
    drafts, known = Drafts(), kept()
    drafts.settle(*begun(drafts, SavePortfolio(portfolio=BIGGER)), known, is_done=True)
    begun(drafts, SavePortfolio(portfolio=SPARE))
    drafts.start_over()
    assert shown(drafts, known) == {"desk": DESK, "spare": SPARE}


def test_what_is_watched_follows_the_drafts() -> None:
    drafts, known = Drafts(), kept()
    assert drafts.watched(known) == frozenset()
    draft = begun(drafts, SaveWatchlist(watchlist=Watchlist("watchlist", (BTC,))))
    assert drafts.watched(known) == {BTC}
    drafts.settle(*draft, known, is_done=False)
    assert drafts.watched(known) == frozenset()


def test_other_commands_are_no_edits() -> None:
    assert Drafts().begin(TriggerJob(job="x")) is None
