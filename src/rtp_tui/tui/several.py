"""One order for several marked rows, where rows are parts of one thing."""

from collections.abc import Sequence

from msgspec.structs import replace

from rtp_tui.model.commands import Refresh, SavePortfolio, SaveWatchlist
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.watchlists import Watchlist
from rtp_tui.tui.batch import bounded
from rtp_tui.tui.panes.positions import position_of
from rtp_tui.tui.portfolio_operations import chosen_portfolio, no_portfolio
from rtp_tui.tui.portfolio_words import holding_text
from rtp_tui.tui.proposals import Nothing, Proposal
from rtp_tui.tui.scene import Scene


def refreshing(commands: Sequence[Refresh]) -> Proposal:
    """One fetch for all."""
    instruments = tuple(dict.fromkeys(one for command in commands for one in command.instruments))
    return Proposal(
        command=Refresh(instruments=instruments),
        question=f"Fetch {len(instruments)} instruments now?",
        touches=bounded(instruments),
    )


def watching_all(watchlist: Watchlist, instruments: Sequence[InstrumentId]) -> Proposal | Nothing:
    """Put all on a watchlist; take them off where all are on it."""
    if not instruments:
        return Nothing("no instrument is marked")
    are_on = all(one in watchlist.instruments for one in instruments)
    left = tuple(one for one in watchlist.instruments if one not in instruments)
    new = tuple(one for one in instruments if one not in watchlist.instruments)
    kept = left if are_on else (*watchlist.instruments, *new)
    return Proposal(
        command=SaveWatchlist(watchlist=replace(watchlist, instruments=kept)),
        question=f"{'Take' if are_on else 'Put'} {len(instruments)} {'off' if are_on else 'on'} {watchlist.name}?",
        touches=bounded(instruments),
    )


def removing_positions(scene: Scene, keys: Sequence[str]) -> Proposal | Nothing:
    """Take several positions out of the chosen portfolio at once."""
    portfolio = chosen_portfolio(scene)
    if portfolio is None:
        return no_portfolio(scene)
    positions = [position for key in keys if (position := position_of(portfolio, key)) is not None]
    left = tuple(one for one in portfolio.positions if one not in positions)
    return Proposal(
        command=SavePortfolio(portfolio=replace(portfolio, positions=left)),
        question=f"Take {len(positions)} positions out of {portfolio.name}?",
        touches=bounded([f"{holding_text(one)} is not held any more." for one in positions]),
    )
