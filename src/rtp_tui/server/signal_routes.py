"""`/signals`, `/strategies` and `/backtest`: when strategies spoke, how they did, and how they would have done."""

import re

from msgspec import Struct
from starlette.requests import Request

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.queries import GetSignals, GetStrategies, RunBacktest
from rtp_tui.model.signals import Direction
from rtp_tui.server import parameters
from rtp_tui.server.endpoints import Endpoint, Parameter
from rtp_tui.server.journal import Journal
from rtp_tui.server.pages import PAGING
from rtp_tui.server.responses import page
from rtp_tui.server.signal_bodies import (
    BacktestBody,
    SignalBody,
    StrategyBody,
    backtest_body,
    signal_body,
    strategy_body,
)

ROOM = "signals"
_DAY_MS = 86_400_000
_LONGEST_MS = 2**53


class SignalsPage(Struct, frozen=True):
    """Signals, the newest first."""

    signals: tuple[SignalBody, ...]
    next_cursor: str | None


class StrategiesPage(Struct, frozen=True):
    """Strategies in the order of the configuration."""

    strategies: tuple[StrategyBody, ...]
    next_cursor: str | None


class SignalRoutes:
    """Signals over HTTP."""

    def __init__(self, api: PipelineApi, journal: Journal, clock: Clock) -> None:
        self._api = api
        self._journal = journal
        self._clock = clock

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET",
                path="/signals",
                handler=self.signals,
                summary="Signals of strategies with their outcomes, the newest first.",
                room=ROOM,
                parameters=(
                    Parameter("strategy", "Of one strategy only."),
                    Parameter("instrument", "Of one instrument only, by id or symbol.", example="crypto:BTC"),
                    Parameter("since", "Those from this moment on.", parameters.Moment),
                    Parameter("until", "Those before this moment.", parameters.Moment),
                    *PAGING,
                ),
                refusals=("unknown_instrument",),
            ),
            Endpoint(
                method="GET",
                path="/strategies",
                handler=self.strategies,
                summary="Strategies in force: how often each spoke, how often it was right, and what that was worth.",
                room=ROOM,
                parameters=PAGING,
            ),
            Endpoint(
                method="GET",
                path="/backtest",
                handler=self.backtest,
                summary="What a rule would have said of stored bars: the last day's, unless said otherwise.",
                room=ROOM,
                parameters=(
                    Parameter("rule", "A rule, or the name of a strategy.", example="close > close[1]"),
                    Parameter("instrument", "Ids with * and ?, commas between.", example="crypto:BTC"),
                    Parameter("from", "Bars from this moment on.", parameters.Moment),
                    Parameter("to", "Bars before this moment.", parameters.Moment),
                    Parameter("timeframe", "Of the bars.", parameters.Timeframe),
                    Parameter("direction", "Where the price is expected to go.", Direction),
                    Parameter("cool_down_ms", "No other signal so soon after one."),
                    Parameter("hold_ms", "The rule must stay true so long."),
                ),
                refusals=("unknown_instrument",),
            ),
        )

    async def signals(self, request: Request) -> SignalsPage:
        given = request.query_params
        query = GetSignals(
            strategy=given.get("strategy") or None,
            instrument=parameters.instrument_in(given, self._journal.state.market.instruments),
            since_ms=parameters.moment_in(given, "since") or 0,
            until_ms=parameters.moment_in(given, "until"),
            limit=parameters.limit(given.get("limit", "100")),
            cursor=given.get("cursor") or None,
        )
        found = await self._api.query(query)
        return SignalsPage(tuple(map(signal_body, found.signals)), found.next_cursor)

    async def strategies(self, request: Request) -> StrategiesPage:
        found = await self._api.query(GetStrategies())
        return StrategiesPage(
            *page(tuple(map(strategy_body, found.strategies)), _name_of, request.query_params)
        )

    async def backtest(self, request: Request) -> BacktestBody:
        given = request.query_params
        end_ms = parameters.moment_in(given, "to")
        start_ms = parameters.moment_in(given, "from")
        if start_ms is None:
            start_ms = (self._clock.now_ms() if end_ms is None else end_ms) - _DAY_MS
        direction = given.get("direction")
        query = RunBacktest(
            rule=given.get("rule", ""),
            instruments=tuple(filter(None, given.get("instrument", "").split(","))),
            start_ms=start_ms,
            end_ms=end_ms,
            timeframe=parameters.timeframe_in(given),
            direction=Direction(parameters.choice("direction", direction, Direction)) if direction else None,
            cool_down_ms=_length("cool_down_ms", given.get("cool_down_ms")),
            hold_ms=_length("hold_ms", given.get("hold_ms")),
        )
        return backtest_body(await self._api.query(query))


def _length(name: str, text: str | None) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,16}", text) or int(text) > _LONGEST_MS:
        raise BadRequest(f"{name}: not a number of milliseconds")
    return int(text)


def _name_of(body: StrategyBody) -> str:
    return body.name
