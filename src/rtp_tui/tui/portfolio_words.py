"""Words that a person types about portfolios and watchlists, as the commands that they ask for."""

from collections.abc import Container, Mapping, Sequence
from math import isfinite

from msgspec import ValidationError, convert
from msgspec.structs import replace

from rtp_tui.model.commands import RemovePortfolio, RemoveWatchlist, SavePortfolio, SaveWatchlist
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import Portfolio, Position
from rtp_tui.model.watchlists import Watchlist
from rtp_tui.tui.alert_words import Misunderstood
from rtp_tui.tui.proposals import Proposal

_HOLDING = "an instrument, how many, and what one cost if that is known: crypto:BTC 0.5 @60000"


def portfolio_proposal(
    words: str,
    portfolios: Mapping[str, Portfolio],
    watchlists: Mapping[str, Watchlist],
    priced: Container[str],
) -> Proposal | Misunderstood | None:
    """What was typed in the palette, once it is whole; None for what is about something else or not whole.

    `portfolio new NAME [EUR]`, `portfolio delete NAME`, `portfolio NAME add|set crypto:BTC 0.5 [@60000]`,
    `portfolio NAME remove crypto:BTC`, `portfolio NAME benchmark crypto:BTC|none`,
    `watchlist NAME add|remove crypto:BTC`, `watchlist delete NAME`.
    """
    match words.split():
        case ["portfolio", "new", name, *currency] if len(currency) <= 1:
            return _proposed(new_portfolio(" ".join((name, *currency)), portfolios))
        case ["portfolio", "delete", name]:
            known = portfolios.get(name)
            return _no("portfolio", name) if known is None else deletion(known)
        case ["portfolio", name, deed, instrument, *rest]:
            known = portfolios.get(name)
            return _no("portfolio", name) if known is None else _changing(known, deed, instrument, rest)
        case ["watchlist", "delete", name]:
            return Proposal(command=RemoveWatchlist(name=name), question=f"Delete the watchlist {name}?")
        case ["watchlist", name, "add" | "remove" as deed, instrument]:
            watchlist = watchlists.get(name, Watchlist(name))
            if (instrument in watchlist.instruments) is (deed == "add"):
                return Misunderstood(f"{instrument} is {'' if deed == 'add' else 'not '}on {name}")
            order = turned(watchlist, InstrumentId(instrument))
            is_unpriced = deed == "add" and instrument not in priced
            return subscribing(order, instrument) if is_unpriced else Proposal(command=order)
    return None


def new_portfolio(text: str, known: Mapping[str, Portfolio]) -> SavePortfolio | Misunderstood:
    """`desk EUR`: a portfolio without positions, in dollars where no currency is named."""
    name, _, currency = text.strip().partition(" ")
    if name in known:
        return Misunderstood(f"there is a portfolio {name} already")
    if not name:
        return Misunderstood("a name is expected, and a currency may follow: desk EUR")
    return SavePortfolio(portfolio=Portfolio(name=name, base_currency=currency.strip().upper() or "USD"))


def held(portfolio: Portfolio, text: str, *, adds: bool = False) -> SavePortfolio | Misunderstood:
    """`crypto:BTC 0.5 @60000`: so much of it is held, or so much more where it `adds`; 0 takes it out."""
    words = text.replace("@", " @").replace("@ ", "@").split()
    position = _position(words)
    if isinstance(position, Misunderstood):
        return position
    before = [one for one in portfolio.positions if one.instrument == position.instrument]
    if adds and before:
        position = _together([*before, position])
    if position.quantity == 0:
        return without(portfolio, position.instrument)
    return SavePortfolio(portfolio=replace(portfolio, positions=_placed(portfolio.positions, position)))


def without(portfolio: Portfolio, instrument: str) -> SavePortfolio | Misunderstood:
    """The portfolio without an instrument."""
    left = tuple(one for one in portfolio.positions if one.instrument != instrument)
    if len(left) == len(portfolio.positions):
        return Misunderstood(f"{portfolio.name} holds no {instrument}")
    return SavePortfolio(portfolio=replace(portfolio, positions=left))


def deletion(portfolio: Portfolio) -> Proposal:
    """Forget all of it, if that is agreed to."""
    count = len(portfolio.positions)
    return Proposal(
        command=RemovePortfolio(name=portfolio.name),
        question=f"Delete the portfolio {portfolio.name}?",
        touches=(f"It holds {count} position{'s' * (count != 1)}. It is gone for everybody.",),
    )


def turned(watchlist: Watchlist, instrument: InstrumentId) -> SaveWatchlist:
    """The list with an instrument, or without it where it was on it."""
    is_on = instrument in watchlist.instruments
    left = tuple(one for one in watchlist.instruments if one != instrument)
    return SaveWatchlist(watchlist=replace(watchlist, instruments=left if is_on else (*left, instrument)))


def subscribing(order: SaveWatchlist, instrument: str) -> Proposal:
    """Watch what nobody prices yet: whoever agrees has it priced for everybody."""
    return Proposal(
        command=replace(order, subscribe=True),
        question=f"{instrument} is not priced here. Have it priced from now on?",
        touches=(
            "The providers are asked who lists it; where none does, nothing changes.",
            "It is priced for everybody, and after a restart too.",
        ),
    )


def holding_text(position: Position) -> str:
    """A position as it is typed."""
    cost = "" if position.cost_price is None else f" @{position.cost_price:.12g}"
    return f"{position.instrument} {position.quantity:.12g}{cost}"


def _changing(
    portfolio: Portfolio, deed: str, instrument: str, rest: Sequence[str]
) -> Proposal | Misunderstood | None:
    match deed, rest:
        case (("add" | "set"), [_, *_]):
            return _proposed(held(portfolio, " ".join((instrument, *rest)), adds=deed == "add"))
        case "remove", []:
            return _proposed(without(portfolio, instrument))
        case "benchmark", []:
            benchmark = None if instrument == "none" else InstrumentId(instrument)
            return Proposal(command=SavePortfolio(portfolio=replace(portfolio, benchmark=benchmark)))
    return None


def _position(words: Sequence[str]) -> Position | Misunderstood:
    match words:
        case [instrument, quantity] if ":" in instrument:
            cost = None
        case [instrument, quantity, price] if ":" in instrument and price.startswith("@"):
            cost = price[1:]
        case _:
            return Misunderstood(f"{_HOLDING}; not understood: {' '.join(words)[:60] or 'nothing'}")
    values = {"instrument": instrument, "quantity": quantity, "cost_price": cost}
    try:
        position = convert(values, Position, strict=False)
    except ValidationError as mistake:
        return Misunderstood(f"{_HOLDING}; {mistake}")
    return position if isfinite(position.quantity) else Misunderstood(f"{_HOLDING}; {quantity} is no number")


def _together(positions: Sequence[Position]) -> Position:
    """All of them as one; what a unit cost is the mean, where all that is held was bought at a known price."""
    quantity = sum(one.quantity for one in positions)
    costs = [one.quantity * one.cost_price for one in positions if one.cost_price is not None]
    is_known = len(costs) == len(positions) and all(one.quantity > 0 for one in positions)
    return Position(positions[0].instrument, quantity, sum(costs) / quantity if is_known else None)


def _placed(positions: Sequence[Position], position: Position) -> tuple[Position, ...]:
    """In the place of what was held of it, or last."""
    placed = {one.instrument: one for one in positions}
    if len(placed) == len(positions):
        return tuple({**placed, position.instrument: position}.values())
    others = [one for one in positions if one.instrument != position.instrument]
    return (*others, position)


def _proposed(command: SavePortfolio | Misunderstood) -> Proposal | Misunderstood:
    return command if isinstance(command, Misunderstood) else Proposal(command=command)


def _no(what: str, name: str) -> Misunderstood:
    return Misunderstood(f"there is no {what} {name}")
