"""Keys that are about portfolios, watchlists and the market."""

from rtp_tui.tui.actions.action import Action

_HELD = frozenset({"portfolios", "positions", "risk"})
_MARKET = frozenset({"market", "movers"})

PORTFOLIO_ACTIONS: tuple[Action, ...] = (
    Action(
        id="hold",
        is_wish=True,
        keys=("h",),
        label="Hold: put a position into the chosen portfolio, or change it",
        group="Portfolios",
        hint="hold",
        panes=_HELD,
        is_dangerous=True,
    ),
    Action(
        id="new_portfolio",
        is_wish=True,
        keys=("u",),
        label="New portfolio",
        group="Portfolios",
        hint="new",
        panes=_HELD,
        is_dangerous=True,
    ),
    Action(
        id="choose_next",
        keys=("b",),
        label="The next portfolio, or class of the market",
        group="Portfolios",
        hint="next",
        panes=_HELD | _MARKET,
    ),
    Action(
        id="watch_this",
        is_wish=True,
        keys=("w",),
        label="Put the selected instrument on the watchlist, or take it off",
        group="Portfolios",
        hint="watch",
        panes=frozenset({"prices", "positions", "movers"}),
        takes_many=True,
        is_dangerous=True,
    ),
    Action(
        id="watch_next",
        keys=("W",),
        label="Prices of the next watchlist only, after the last one of all",
        group="Portfolios",
        panes=frozenset({"prices"}),
    ),
)
"""In the order of the help."""
