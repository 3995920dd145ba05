"""The interface's description, and whether the interface is as described."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from starlette.routing import Route

from rtp_tui.analytics.market_view import view_market
from rtp_tui.analytics.risk_question import RiskQuestion
from rtp_tui.analytics.risk_report import report_risk
from rtp_tui.analytics.valuation import Rates, value_portfolio
from rtp_tui.api.summary import summed_up
from rtp_tui.api.wire import encode
from rtp_tui.clock import SystemClock
from rtp_tui.model.alerts import AlertRule, ListedRule, RuleOrigin
from rtp_tui.model.clients import AuditEntry, ClientStatus, Scope
from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.model.indicators import (
    IndicatorCatalogue,
    IndicatorFunction,
    IndicatorPage,
    IndicatorParameter,
    IndicatorSeries,
    NewestIndicators,
    NewestValues,
)
from rtp_tui.model.levels import Levels
from rtp_tui.model.portfolios import Portfolio, Position
from rtp_tui.model.queries import (
    AlertPage,
    AlertRuleList,
    BarPage,
    ChannelList,
    ClientPage,
    DeadLetters,
    EventPage,
    FilingPage,
    GapPage,
    GetAlertRules,
    GetAlerts,
    GetBars,
    GetChannels,
    GetClients,
    GetDeadLetters,
    GetEvents,
    GetFilings,
    GetGaps,
    GetIndicatorCatalogue,
    GetIndicators,
    GetLevels,
    GetMarketView,
    GetNewestIndicators,
    GetPortfolioRisk,
    GetPortfolios,
    GetQuality,
    GetReport,
    GetSignals,
    GetSilences,
    GetStrategies,
    GetSummary,
    GetTreasury,
    PortfolioList,
    PortfolioView,
    QualityPage,
    RunBacktest,
    SignalPage,
    SilenceList,
    StoredEvent,
    StrategyList,
)
from rtp_tui.model.signals import Backtest, Outcome, Score, Strategy, StrategyStatus
from rtp_tui.model.statistics import PipelineStatistics, StoreStatus
from rtp_tui.model.watchlists import Watchlist
from rtp_tui.monitoring.quality import QualityCounts, score
from rtp_tui.monitoring.targets import Figures, TargetSettings, judge_targets
from rtp_tui.server.app import Server
from rtp_tui.server.openapi import outward_path
from rtp_tui.server.permission import scope_needed
from rtp_tui.server.settings import ServerSettings
from tests.factories import (
    BTC,
    NOW_MS,
    a_bar,
    a_breaker,
    a_channel,
    a_delivery,
    a_fact,
    a_filing,
    a_gap,
    a_health_report,
    a_job,
    a_mute,
    a_report,
    a_signal,
    a_silence,
    an_alert,
    disclosures,
)
from tests.indicated import a_level, a_zone
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.treasuries import a_treasury_report
from tests.unit.server.asking import asking, read

FILLED_IN = {
    "/jobs/{id}": "crypto-prices",
    "/watchlists/{name}": "mine",
    "{name}": "desk",
    "{id}": "crypto:BTC",
    "{market}": "24x7",
    "{kind}": "alerts",
}


def an_engine() -> ScriptedPipeline:
    """An engine that has something to tell of everything."""
    engine = ScriptedPipeline(
        a_snapshot(
            health=a_health_report(),
            statistics=PipelineStatistics(at_ms=NOW_MS, received=10, accepted=8, rejected={"crossed": 2}),
            store=StoreStatus(at_ms=NOW_MS, path="history.db", ok=True, ticks_stored=8),
            watchlists=(Watchlist("mine", (BTC,)),),
            sessions=(MarketSession(market="24x7", session=SessionState.OPEN, timezone="UTC"),),
            jobs=(a_job(),),
            breakers=(a_breaker(),),
        )
    )
    entry = AuditEntry(at_ms=NOW_MS, name="ops", address="127.0.0.1", command="trigger_job")
    stored = StoredEvent(id=3, at_ms=NOW_MS, topic="client", payload=encode(entry).decode())
    engine.answers[GetBars] = BarPage(bars=(a_bar(),), next_cursor="c2")
    engine.answers[GetReport] = a_report()
    engine.answers[GetEvents] = EventPage(events=(stored,))
    engine.answers[GetGaps] = GapPage(gaps=(a_gap(),))
    engine.answers[GetSummary] = summed_up(BTC, (NOW_MS, NOW_MS + 60_000), (a_bar(open_ms=NOW_MS),))
    engine.answers[GetQuality] = QualityPage(
        scores=(score("crypto:BTC", "instrument", {NOW_MS: QualityCounts(looks=4, fresh=3)}),),
        targets=judge_targets(TargetSettings(), Figures(coverage_pct=99.5)),
    )
    strategy = Strategy(name="dip", when="close < 1")
    scores = (Score(after_ms=300_000, known=1, hits=1, hit_rate_pct=100.0, expectancy_pct=0.5),)
    signal = a_signal().with_outcome(Outcome(after_ms=300_000, price=101.0, move_pct=1.0, is_hit=True))
    engine.answers[GetSignals] = SignalPage(signals=(signal,))
    engine.answers[GetStrategies] = StrategyList(
        strategies=(StrategyStatus(strategy=strategy, scores=scores),)
    )
    engine.answers[RunBacktest] = Backtest(
        strategy=strategy,
        start_ms=1,
        end_ms=2,
        bars=3,
        instruments=(BTC,),
        triggers=1,
        signals=(signal,),
        scores=scores,
    )
    engine.answers[GetAlerts] = AlertPage(alerts=(an_alert(),))
    engine.answers[GetSilences] = SilenceList(silences=(a_silence(),))
    engine.answers[GetChannels] = ChannelList(channels=(a_channel(),), mute=a_mute())
    engine.answers[GetDeadLetters] = DeadLetters(letters=(a_delivery(),))
    engine.answers[GetAlertRules] = AlertRuleList(
        rules=(ListedRule(rule=AlertRule(id="btc", condition="price > 1"), origin=RuleOrigin.SAVED),)
    )
    engine.answers[GetFilings] = FilingPage(
        company=disclosures().company, asked_ms=NOW_MS, facts=(a_fact(),), filings=(a_filing(),)
    )
    held = Portfolio("desk", (Position(BTC, 1.0),))
    value = value_portfolio(held, lambda _: None, Rates({}), NOW_MS)
    engine.answers[GetPortfolios] = PortfolioList(portfolios=(PortfolioView(portfolio=held, value=value),))
    engine.answers[GetPortfolioRisk] = report_risk(RiskQuestion(value, "1d", {}, 252))
    engine.answers[GetTreasury] = a_treasury_report()
    engine.answers[GetMarketView] = view_market((), None, 10, NOW_MS)
    engine.answers[GetIndicatorCatalogue] = IndicatorCatalogue(
        functions=(
            IndicatorFunction(
                name="rsi",
                group="Momentum Indicators",
                title="Relative Strength Index",
                inputs=("real=close",),
                parameters=(IndicatorParameter("timeperiod", 14.0, True),),
                outputs=("value",),
            ),
        ),
        presets=("rsi(14)",),
    )
    engine.answers[GetIndicators] = IndicatorPage(
        instrument=BTC,
        timeframe="1m",
        open_ms=(NOW_MS,),
        series=(IndicatorSeries("rsi(14)", (None,)),),
        next_cursor="1",
    )
    engine.answers[GetNewestIndicators] = NewestIndicators(
        at_ms=NOW_MS,
        names=("rsi(14)",),
        instruments=(NewestValues(instrument=BTC, open_ms=NOW_MS, values=(55.5,)),),
    )
    engine.answers[GetLevels] = Levels(
        instrument=BTC,
        timeframe="1m",
        bars=1,
        from_ms=NOW_MS,
        to_ms=NOW_MS,
        levels=(a_level(),),
        zones=(a_zone(),),
    )
    engine.answers[GetClients] = ClientPage(clients=(ClientStatus(id=1, address="127.0.0.1"),))
    return engine


async def the_document() -> Any:
    async with asking(an_engine()) as client:
        return read(await client.get("/openapi.json"))


def the_routes() -> list[Route]:
    """All that the server answers over HTTP."""
    server = Server(
        ScriptedPipeline(), ServerSettings(), SystemClock(), version="1", on_status=lambda _status: None
    )
    return [one for one in server.application().routes if isinstance(one, Route)]


async def test_the_description_is_openapi() -> None:
    document = await the_document()
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


async def test_every_route_is_described_and_nothing_else() -> None:
    routes = {
        (outward_path(route.path), method.lower())
        for route in the_routes()
        for method in (route.methods or ())
        if method != "HEAD"
    }
    document = await the_document()
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert described == routes


async def test_an_operation_names_the_scope_that_is_asked_for() -> None:
    words = {Scope.NONE: "no token", Scope.READ: "scope read", Scope.CONTROL: "scope control"}
    document = await the_document()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert words[scope_needed(method.upper(), path)] in operation["description"], (method, path)


async def test_operations_have_names_of_their_own_and_every_variable_part_is_a_parameter() -> None:
    document = await the_document()
    operations = [
        (path, operation) for path, methods in document["paths"].items() for operation in methods.values()
    ]
    assert len({operation["operationId"] for _, operation in operations}) == len(operations)
    for path, operation in operations:
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}, path


async def test_what_is_read_is_as_its_schema_says() -> None:
    document = await the_document()
    async with asking(an_engine()) as client:
        for path, methods in document["paths"].items():
            if "get" not in methods or path == "/breakers/{name}":
                continue
            reply = await client.get(filled_in(path))
            assert reply.status == 200, path
            kind = reply.headers["content-type"].partition(";")[0]
            schema = methods["get"]["responses"]["200"]["content"][kind]["schema"]
            if kind == "application/json":
                conforms(document, schema, read(reply))


async def test_answers_have_all_their_fields_and_what_is_taken_may_leave_some_out() -> None:
    schemas = (await the_document())["components"]["schemas"]
    for name in ("AgedQuoteBody", "JobBody", "FeedBody", "Snapshot"):
        assert set(schemas[name]["required"]) == set(schemas[name]["properties"])
    assert schemas["NewJob"]["required"] == ["id"]
    assert "required" not in schemas["RefreshOrder"] or not schemas["RefreshOrder"]["required"]
    assert schemas["ChecksBody"]["required"] == ["status"]


@pytest.mark.parametrize("path", ["/openapi.json", "/market/latest", "/nowhere", "/jobs/nobody"])
async def test_a_problem_is_as_its_schema_says(path: str) -> None:
    document = await the_document()
    async with asking(an_engine()) as client:
        reply = await client.get(path, {"colour": "blue"})
    assert reply.status in (400, 404)
    conforms(document, {"$ref": "#/components/schemas/Problem"}, read(reply))


async def test_the_description_is_not_sent_again_to_who_holds_it() -> None:
    for path in ("/openapi.json", "/docs"):
        async with asking(an_engine()) as client:
            first = await client.get(path)
        async with asking(an_engine(), (("If-None-Match", f'"x", W/{first.headers["etag"]}'),)) as client:
            again = await client.get(path)
        assert (again.status, again.body) == (304, b"")


async def test_the_index_links_what_can_be_read() -> None:
    async with asking(an_engine()) as client:
        links = read(await client.get("/"))["links"]
        replies = [await client.get(filled_in(path)) for name, path in links.items() if name != "websocket"]
    assert {reply.status for reply in replies} == {200}
    assert {"health", "jobs", "data", "market/latest", "openapi.json", "docs"} <= links.keys()


def filled_in(path: str) -> str:
    """A path to something that the engine knows."""
    for part, value in FILLED_IN.items():
        path = path.replace(part, re.sub(r"{\w+}", value, part))
    return path


def conforms(document: Any, schema: Any, value: Any) -> None:
    """Fails where a value is not as a schema of the document says."""
    Draft202012Validator({**schema, "components": document["components"]}).validate(value)
