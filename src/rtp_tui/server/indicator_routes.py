"""`/indicators` and `/levels`: what is computed with bars."""

from starlette.requests import Request

from rtp_tui.analytics.indicators.naming import split_names
from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import GetIndicatorCatalogue, GetIndicators, GetLevels, GetNewestIndicators
from rtp_tui.server import parameters
from rtp_tui.server.endpoints import Endpoint, Parameter
from rtp_tui.server.indicator_bodies import (
    CatalogueBody,
    IndicatorsBody,
    LevelsBody,
    NewestBody,
    catalogue_body,
    indicators_body,
    levels_body,
    newest_body,
)
from rtp_tui.server.journal import Journal
from rtp_tui.server.market_routes import INSTRUMENT
from rtp_tui.server.pages import PAGING

ANALYTICS = "analytics"
_TIMEFRAME = Parameter("timeframe", "`1m` where it is left out.", parameters.Timeframe)
_NAMES = "Such as `rsi(14),macd(12,26,9).signal`, separated by commas"


class IndicatorRoutes:
    """Indicators and levels over HTTP."""

    def __init__(self, api: PipelineApi, journal: Journal) -> None:
        self._api = api
        self._journal = journal

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET",
                path="/indicators",
                handler=self.catalogue,
                summary="Which indicators there are, with their inputs, parameters and results.",
                room=ANALYTICS,
            ),
            Endpoint(
                method="GET",
                path="/indicators/latest",
                handler=self.newest,
                summary="What the indicators that are worked out each minute came to last, of all instruments.",
                room=ANALYTICS,
                parameters=(Parameter("names", f"{_NAMES}; all of them where it is left out."),),
            ),
            Endpoint(
                method="GET",
                path="/indicators/{id}",
                handler=self.indicators,
                summary="What indicators come to at closed bars: at the newest, or from `start` up to `end`.",
                room=ANALYTICS,
                parameters=(
                    INSTRUMENT,
                    Parameter("names", f"{_NAMES}; the presets where it is left out.", example="rsi(14)"),
                    _TIMEFRAME,
                    Parameter("start", "Where the bars begin.", parameters.Moment),
                    Parameter("end", "Where they end.", parameters.Moment),
                    *PAGING,
                ),
                refusals=("unknown_instrument", "unavailable"),
            ),
            Endpoint(
                method="GET",
                path="/levels/{id}",
                handler=self.levels,
                summary="Support and resistance, supply and demand, in the newest closed bars.",
                room=ANALYTICS,
                parameters=(
                    INSTRUMENT,
                    _TIMEFRAME,
                    Parameter(
                        "bars", "In so many, 2,000 at most; 500 where it is left out.", parameters.Limit
                    ),
                ),
                refusals=("unknown_instrument",),
            ),
        )

    async def catalogue(self, request: Request) -> CatalogueBody:
        return catalogue_body(await self._api.query(GetIndicatorCatalogue()))

    async def newest(self, request: Request) -> NewestBody:
        found = await self._api.query(GetNewestIndicators(names=_names(request)))
        return newest_body(found)

    async def indicators(self, request: Request) -> IndicatorsBody:
        given = request.query_params
        query = GetIndicators(
            instrument=self._instrument(request),
            names=_names(request) or (await self._api.query(GetIndicatorCatalogue())).presets,
            timeframe=parameters.timeframe(given.get("timeframe", "1m")),
            start_ms=parameters.moment_in(given, "start"),
            end_ms=parameters.moment_in(given, "end"),
            limit=parameters.limit(given.get("limit", "1000")),
            cursor=given.get("cursor") or None,
        )
        return indicators_body(await self._api.query(query))

    async def levels(self, request: Request) -> LevelsBody:
        given = request.query_params
        query = GetLevels(
            instrument=self._instrument(request),
            timeframe=parameters.timeframe(given.get("timeframe", "1m")),
            bars=parameters.count("bars", given.get("bars", "500")),
        )
        return levels_body(await self._api.query(query))

    def _instrument(self, request: Request) -> InstrumentId:
        return parameters.instrument(request.path_params["id"], self._journal.state.market.instruments).id


def _names(request: Request) -> tuple[str, ...]:
    return tuple(name for name in split_names(request.query_params.get("names", "")) if name)
