"""Portfolios and watchlists through the door: what may be kept, and why not."""

import re
from collections.abc import Iterable, Sized

from rtp_tui.analytics.portfolio_desk import PortfolioDesk
from rtp_tui.api.subscribing import Subscribe, subscribe_nowhere
from rtp_tui.model.commands import (
    Done,
    RemovePortfolio,
    RemoveWatchlist,
    SavePortfolio,
    SaveWatchlist,
)
from rtp_tui.model.errors import BadRequest, UnknownInstrument, UnknownPortfolio, UnknownWatchlist
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import MOST_PORTFOLIOS, MOST_POSITIONS, Portfolio
from rtp_tui.model.watchlists import MOST_WATCHED, MOST_WATCHLISTS
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.text import nearest, safe

NAMES = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
LONGEST_DESCRIPTION = 400
MOST = 1e15
"""Of a quantity and of a price: more is a mistake, and would leave the numbers that can be added up."""
CURRENCY = re.compile(r"[A-Z]{3,5}")


class PortfolioOrders:
    """Carries out commands about portfolios and watchlists."""

    def __init__(
        self, desk: PortfolioDesk, state: PipelineState, subscribe: Subscribe = subscribe_nowhere
    ) -> None:
        self._desk = desk
        self._state = state
        self._subscribe = subscribe

    async def save(self, command: SavePortfolio) -> Done:
        """See `SavePortfolio`. Raises UnknownInstrument, and BadRequest for what holds nothing, or is one too many."""
        portfolio = command.portfolio
        _check(portfolio)
        named = [position.instrument for position in portfolio.positions]
        self._require_instruments([*named, *([portfolio.benchmark] if portfolio.benchmark else [])])
        _require_room("portfolios", portfolio.name, self._state.portfolio.portfolios, MOST_PORTFOLIOS)
        is_new = portfolio.name not in self._state.portfolio.portfolios
        self._desk.save(portfolio)
        words = f"{portfolio.name}: {len(portfolio.positions)} positions in {portfolio.base_currency}"
        return Done(message=f"{words} {'added' if is_new else 'saved'}", affected=(portfolio.name,))

    async def remove(self, command: RemovePortfolio) -> Done:
        """See `RemovePortfolio`. Raises UnknownPortfolio."""
        require_portfolio(command.name, self._state)
        self._desk.remove(command.name)
        return Done(message=f"{command.name} removed", affected=(command.name,))

    async def save_watchlist(self, command: SaveWatchlist) -> Done:
        """See `SaveWatchlist`. Raises UnknownInstrument, and BadRequest for one twice in it or one list too many."""
        watchlist = command.watchlist
        _check_name(watchlist.name)
        _check_length("instruments", watchlist.instruments, MOST_WATCHED)
        if not command.subscribe:
            self._require_instruments(
                watchlist.instruments, " (with subscribe the providers are asked for it)"
            )
        if len(set(watchlist.instruments)) < len(watchlist.instruments):
            raise BadRequest(f"{watchlist.name}: an instrument is in it twice")
        _require_room("watchlists", watchlist.name, self._state.portfolio.watchlists, MOST_WATCHLISTS)
        known = self._state.market.instruments
        unpriced = [one for one in watchlist.instruments if one not in known]
        subscribed = await self._subscribe(unpriced) if unpriced else ()
        self._desk.save_watchlist(watchlist)
        words = f"{watchlist.name}: {len(watchlist.instruments)} instruments"
        words += "".join(f"; {one.id} is priced by {', '.join(one.feeds)} from now on" for one in subscribed)
        return Done(message=words, affected=watchlist.instruments)

    async def remove_watchlist(self, command: RemoveWatchlist) -> Done:
        """See `RemoveWatchlist`. Raises UnknownWatchlist."""
        if command.name not in self._state.portfolio.watchlists:
            raise UnknownWatchlist(_no("watchlist", command.name, self._state.portfolio.watchlists))
        self._desk.remove_watchlist(command.name)
        return Done(message=f"{command.name} removed", affected=(command.name,))

    def _require_instruments(self, named: Iterable[InstrumentId], advice: str = "") -> None:
        known = self._state.market.instruments
        for one in named:
            if one not in known:
                raise UnknownInstrument(_no("instrument", one, known) + advice)


def require_portfolio(name: str, state: PipelineState) -> None:
    """Raises UnknownPortfolio, with the name that may have been meant."""
    if name not in state.portfolio.portfolios:
        raise UnknownPortfolio(_no("portfolio", name, state.portfolio.portfolios))


def _check(portfolio: Portfolio) -> None:
    """Raises BadRequest for what no portfolio can be."""
    _check_name(portfolio.name)
    _check_length("positions", portfolio.positions, MOST_POSITIONS)
    _check_length("description", portfolio.description, LONGEST_DESCRIPTION)
    if not CURRENCY.fullmatch(portfolio.base_currency):
        raise BadRequest(
            f"base_currency: three to five capital letters, not {safe(portfolio.base_currency, 16)!r}"
        )
    for position in portfolio.positions:
        if position.quantity == 0:
            raise BadRequest(f"{safe(position.instrument, 64)}: a position of 0 is none")
        if not abs(position.quantity) <= MOST or not 0 <= (position.cost_price or 0.0) <= MOST:
            raise BadRequest(f"{safe(position.instrument, 64)}: more than {MOST:g}, or no number")


def _check_name(name: str) -> None:
    if not NAMES.fullmatch(name):
        raise BadRequest(
            "name: letters, digits, dots, dashes and underscores, 64 at most, a letter or digit first"
        )


def _check_length(what: str, value: Sized, most: int) -> None:
    if len(value) > most:
        raise BadRequest(f"{what}: {most} at most")


def _require_room(what: str, name: str, known: Iterable[str], most: int) -> None:
    if name not in (names := set(known)) and len(names) >= most:
        raise BadRequest(f"{most} {what} are the most that are kept")


def _no(what: str, name: str, known: Iterable[str]) -> str:
    meant = nearest(name, known)
    return f"no {what} {safe(name, 64)}" + (f", is {meant} meant?" if meant else "")
