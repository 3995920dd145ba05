"""The fold of all events, the same in the engine and in every front end."""

from random import Random
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.analytics.valuation import Rates, value_portfolio
from rtp_tui.model.events import Event, Payload
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.health import Freshness, MarketSession, SessionState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BarsBackfilled, SignificantChange
from rtp_tui.model.parts import EngineState, EngineStatus, PartState, PartStatus
from rtp_tui.model.portfolios import Portfolio, PortfolioRemoved, PortfolioSaved, PortfolioValued, Position
from rtp_tui.model.signals import Strategy, StrategyStatus
from rtp_tui.model.statistics import CacheStatus, LogLine, PipelineStatistics, ServerStatus, StoreStatus
from rtp_tui.model.watchlists import Watchlist, WatchlistRemoved, WatchlistSaved
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import (
    BTC,
    ETH,
    NOW_MS,
    a_bar,
    a_feed_status,
    a_health_report,
    a_quote,
    a_signal,
    a_verdict,
    an_instrument,
)

KEYS = (BTC, ETH, InstrumentId("stocks:AAPL"))
INSTRUMENTS = tuple(an_instrument(key) for key in KEYS)
MINUTES = st.integers(0, 40).map(lambda minute: NOW_MS // 60_000 * 60_000 + minute * 60_000)

keys = st.sampled_from(KEYS)
numbers = st.integers(0, 99)
closes = st.lists(st.floats(1, 9), min_size=1, max_size=16).map(tuple)
of_one_instrument = st.one_of(
    st.builds(lambda key, price: a_quote(instrument=key, price=price), keys, st.floats(1, 9)),
    st.builds(
        lambda key, at, close, closed: a_bar(instrument=key, open_ms=at, close=close, closed=closed),
        *(keys, MINUTES, st.floats(1, 9), st.booleans()),
    ),
    st.builds(
        lambda key, to_ms, values: BarsBackfilled(key, "1m", len(values), 0, to_ms, values),
        *(keys, MINUTES, closes),
    ),
    st.builds(lambda key: SignificantChange(key, 2.0, 1.0, 100.0, NOW_MS), keys),
    st.builds(
        lambda key, freshness: a_verdict(instrument=key, freshness=freshness),
        *(keys, st.sampled_from(list(Freshness))),
    ),
)
of_the_whole = st.one_of(
    st.builds(
        lambda name, state: PartStatus(name=name, state=state, since_ms=NOW_MS),
        *(st.sampled_from("abc"), st.sampled_from(list(PartState))),
    ),
    st.builds(
        lambda state: EngineStatus(version="1", name="n", started_ms=1, state=state),
        st.sampled_from(list(EngineState)),
    ),
    st.builds(
        lambda name, state: a_feed_status(name=name, state=state),
        *(st.sampled_from("abc"), st.sampled_from(list(FeedState))),
    ),
    st.builds(
        lambda market, session: MarketSession(market=market, session=session, timezone="UTC"),
        *(st.sampled_from("abc"), st.sampled_from(list(SessionState))),
    ),
    numbers.map(lambda n: ServerStatus(at_ms=n, clients=n)),
    numbers.map(lambda n: PipelineStatistics(at_ms=n, received=n)),
    numbers.map(lambda n: StoreStatus(at_ms=n, path="h.db", ok=n % 2 == 0)),
    numbers.map(lambda n: CacheStatus(hits=n)),
    st.builds(
        lambda name, quantity: PortfolioSaved(Portfolio(name, (Position(BTC, quantity),))),
        *(st.sampled_from("abc"), st.floats(1, 9)),
    ),
    st.sampled_from("abc").map(PortfolioRemoved),
    st.builds(
        lambda name, at: PortfolioValued(value_portfolio(Portfolio(name), lambda _: None, Rates({}), at)),
        *(st.sampled_from("abc"), numbers),
    ),
    st.sampled_from("abc").map(lambda name: WatchlistSaved(Watchlist(name, (BTC,)))),
    st.sampled_from("abc").map(WatchlistRemoved),
    numbers.map(lambda n: a_health_report(score=n)),
    st.builds(lambda key, n: a_signal(instrument=key, at_ms=NOW_MS + n), keys, numbers),
    numbers.map(lambda n: StrategyStatus(strategy=Strategy(name="dip", when="close < 1"), triggers=n)),
    numbers.map(lambda n: LogLine(at_ms=n, level="info", source="x", message=str(n))),
)
payloads = st.lists(of_one_instrument | of_the_whole, max_size=60)


def folded(told: list[Payload], state: PipelineState | None = None) -> PipelineState:
    state = state or PipelineState(INSTRUMENTS)
    for payload in told:
        state.apply(Event(state.seq + 1, payload))
    return state


def slices(state: PipelineState) -> list[dict[str, object]]:
    """All that a state holds, but its log."""
    held = (
        *(state.market, state.part, state.feed, state.breaker, state.job),
        *(state.measurements, state.analytics, state.portfolio, state.quality),
    )
    return [{name: value for name, value in vars(one).items() if name != "log"} for one in held]


def test_every_payload_has_a_slice_that_takes_its_topic() -> None:
    known = PipelineState()._slices
    assert [kind for kind in get_args(Payload) if kind not in known] == []


@given(payloads)
def test_the_state_of_a_snapshot_is_the_state_it_was_taken_of(told: list[Payload]) -> None:
    state = folded(told)
    restored = PipelineState.of(state.snapshot("e", NOW_MS))
    assert restored.seq == state.seq
    assert slices(restored) == slices(state)


@given(payloads, payloads)
def test_a_snapshot_and_the_events_after_it_are_as_good_as_all_events(
    before: list[Payload], after: list[Payload]
) -> None:
    whole = folded(before + after)
    resumed = folded(after, PipelineState.of(folded(before).snapshot("e", NOW_MS)))
    assert slices(resumed) == slices(whole)
    assert resumed.snapshot("e", NOW_MS) == whole.snapshot("e", NOW_MS)


@given(st.lists(of_one_instrument, max_size=60), st.randoms(use_true_random=False))
def test_how_instruments_interleave_makes_no_difference(told: list[Payload], random: Random) -> None:
    queues = {key: [payload for payload in told if payload.instrument == key] for key in KEYS}  # type: ignore[union-attr]
    shuffled: list[Payload] = []
    while any(queues.values()):
        key = random.choice([key for key, queue in queues.items() if queue])
        shuffled.append(queues[key].pop(0))
    assert slices(folded(shuffled)) == slices(folded(told))


def test_a_snapshot_is_a_value_that_later_events_do_not_change() -> None:
    state = folded([a_quote(price=1.0)])
    snapshot = state.snapshot("e", NOW_MS)
    folded([a_quote(price=2.0), a_bar()], state)
    view = snapshot.instruments[0]
    assert view.quote is not None
    assert (view.quote.price, view.sparkline, snapshot.seq) == (1.0, (), 1)


def test_the_log_keeps_its_newest_lines() -> None:
    lines: list[Payload] = [LogLine(at_ms=n, level="info", source="x", message=str(n)) for n in range(600)]
    kept = folded(lines).part.log.lines
    assert (len(kept), kept[0].message, kept[-1].message) == (500, "100", "599")


def test_the_checklist_keeps_the_order_in_which_parts_were_announced() -> None:
    told: list[Payload] = [
        PartStatus(name=name, state=state, since_ms=NOW_MS)
        for state in (PartState.WAITING, PartState.OK)
        for name in ("store", "processor", "feeds")
    ]
    assert list(folded(told).part.parts) == ["store", "processor", "feeds"]
