"""Indicators and levels over stored bars, as they are asked for."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from rtp_tui.analytics.indicators.catalogue import catalogue, indicator
from rtp_tui.analytics.indicators.columns import columns_of
from rtp_tui.analytics.indicators.computing import compute
from rtp_tui.analytics.indicators.library import Library
from rtp_tui.analytics.indicators.newest import Newest, Values
from rtp_tui.analytics.indicators.thread import IndicatorThread
from rtp_tui.api.bar_blocks import BLOCK_BARS, BarBlocks
from rtp_tui.api.indicators import IndicatorAnswers
from rtp_tui.api.levels import LevelAnswers
from rtp_tui.cache.cache import Cache
from rtp_tui.cache.settings import CacheSettings
from rtp_tui.cache.upkeep import history_prefix
from rtp_tui.model.errors import BadRequest, Unavailable, UnknownInstrument
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import (
    BarPage,
    GetBars,
    GetIndicatorCatalogue,
    GetIndicators,
    GetLevels,
    GetNewestIndicators,
)
from tests.factories import BTC, an_instrument
from tests.fakes import FakeClock
from tests.indicated import FIRST_MS, MINUTE_MS, wandering_bars

pytest.importorskip("talib", reason="TA-Lib is not installed")

COUNT = 3_000


class World:
    """Three thousand stored minutes up to now, with a pause of a day, and who answers about them."""

    def __init__(self) -> None:
        early = wandering_bars(1_000)
        late = wandering_bars(COUNT - 1_000, seed=9, first_ms=early[-1].open_ms + 86_400_000)
        self.bars: list[Bar] = [*early, *late]
        self.asked: list[GetBars] = []
        self.clock = FakeClock(late[-1].open_ms + 10 * MINUTE_MS)
        self.thread = IndicatorThread(self.clock)
        self.newest: Newest | None = None
        self.cache = Cache(CacheSettings(), self.clock)
        self.settled_until_ms = 0
        blocks = BarBlocks(self.read, self.earliest, self.thread, self.clock, self.cache, self.is_settled)
        known = {BTC: an_instrument()}
        self.answers = IndicatorAnswers(blocks, self.thread, lambda: self.newest, known.get, self.clock)
        self.levels = LevelAnswers(blocks, self.thread, known.get, self.clock)

    async def read(self, query: GetBars) -> BarPage:
        self.asked.append(query)
        start_ms = max(query.start_ms or 0, int(query.cursor or 0))
        found = [bar for bar in self.bars if start_ms <= bar.open_ms < (query.end_ms or 1 << 60)]
        size = min(query.limit, 700)
        return BarPage(
            bars=tuple(found[:size]), next_cursor=str(found[size].open_ms) if len(found) > size else None
        )

    async def earliest(self, instrument: InstrumentId, timeframe: str) -> int | None:
        return self.bars[0].open_ms if self.bars else None

    def is_settled(self, instrument: InstrumentId, end_ms: int) -> bool:
        return end_ms <= self.settled_until_ms

    def expected(self, name: str, first: int = 0) -> list[float | None]:
        """Over all bars from the first on, computed at once."""
        [values] = compute([indicator(name)], columns_of(self.bars[first:]), Library()).values()
        return [None if value != value else value for value in values.tolist()]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    one = World()
    yield one
    one.thread.close()


def asking(*names: str, **changes: object) -> GetIndicators:
    values: dict[str, object] = {"instrument": BTC, "names": names, "limit": 100}
    return GetIndicators(**{**values, **changes})  # type: ignore[arg-type]  # what a test says is what is meant


async def test_the_newest_values_equal_those_over_everything(world: World) -> None:
    page = await world.answers.indicators(asking("rsi(14)", "ema(200)"))

    assert page.open_ms == tuple(bar.open_ms for bar in world.bars[-100:])
    assert page.next_cursor is None
    for series in page.series:
        assert series.values == pytest.approx(world.expected(series.name)[-100:], rel=1e-9)


async def test_the_first_value_is_right_since_bars_before_it_are_read(world: World) -> None:
    start = world.bars[1_500].open_ms
    page = await world.answers.indicators(asking("macd(12,26,9).signal", start_ms=start, limit=10))

    assert page.open_ms[0] == start
    assert page.series[0].values == pytest.approx(world.expected("macd.signal")[1_500:1_510], rel=1e-9)


async def test_bars_before_a_pause_count_as_the_ones_before(world: World) -> None:
    page = await world.answers.indicators(asking("rsi", start_ms=world.bars[1_000].open_ms, limit=5))

    assert page.series[0].values == pytest.approx(world.expected("rsi")[1_000:1_005], rel=1e-9)


async def test_pages_follow_each_other_without_a_seam(world: World) -> None:
    values: list[float | None] = []
    cursor: str | None = None
    for _ in range(4):
        page = await world.answers.indicators(
            asking("ema(21)", start_ms=world.bars[0].open_ms, limit=1_000, cursor=cursor)
        )
        values += page.series[0].values
        cursor = page.next_cursor
        if cursor is None:
            break

    assert values[:20] == [None] * 20
    assert values[20:] == pytest.approx(world.expected("ema(21)")[20:], rel=1e-9)


async def test_what_sums_up_begins_with_the_first_bar_asked_for(world: World) -> None:
    page = await world.answers.indicators(asking("obv", "rsi", start_ms=world.bars[2_000].open_ms, limit=50))

    assert page.series[0].values == pytest.approx(world.expected("obv", 2_000)[:50])
    assert None not in page.series[1].values


async def test_the_end_is_not_with_it(world: World) -> None:
    start, end = world.bars[1_200].open_ms, world.bars[1_210].open_ms
    page = await world.answers.indicators(asking("sma(5)", start_ms=start, end_ms=end))

    assert page.open_ms == tuple(bar.open_ms for bar in world.bars[1_200:1_210])


async def test_an_open_bar_is_none_yet(world: World) -> None:
    forming = wandering_bars(1, first_ms=world.bars[-1].open_ms + MINUTE_MS, closed=False)
    world.bars += forming

    page = await world.answers.indicators(asking("sma(5)"))
    assert page.open_ms[-1] == world.bars[-2].open_ms


async def test_blocks_of_the_past_are_read_once_until_their_history_changes(world: World) -> None:
    world.settled_until_ms = world.bars[-1].open_ms
    query = asking("sma(5)", start_ms=world.bars[0].open_ms, limit=COUNT)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(world.cache.run())
        await asyncio.sleep(0)
        first = await world.answers.indicators(query)
        read = len(world.asked)
        again = await world.answers.indicators(query)
        read_again = len(world.asked) - read
        world.cache.invalidate_below([history_prefix(BTC)])
        await world.answers.indicators(query)
        read_anew = len(world.asked) - read - read_again
        running.cancel()

    assert first == again
    assert len(first.open_ms) == COUNT
    assert read_again <= 3 < read_anew <= read


async def test_every_function_is_answered(world: World) -> None:
    for names in (tuple(catalogue())[:120], tuple(catalogue())[120:]):
        page = await world.answers.indicators(asking(*names, limit=50))
        assert {series.name.partition("(")[0].partition(".")[0] for series in page.series} == set(names)


async def test_without_bars_there_are_no_values(world: World) -> None:
    world.bars.clear()
    page = await world.answers.indicators(asking("rsi", "obv"))

    assert page.open_ms == ()
    assert [series.values for series in page.series] == [(), ()]


async def test_a_far_future_and_a_far_past_cost_no_reading(world: World) -> None:
    await world.answers.indicators(asking("rsi", start_ms=-(10**15), end_ms=10**17, limit=5))
    page = await world.answers.indicators(asking("rsi", start_ms=10**15, end_ms=10**17))

    assert page.open_ms == ()
    assert len(world.asked) < 20


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (asking("rsii"), "'rsii': no indicator 'rsii': did you mean 'rsi'"),
        (asking("rsi("), "at character 5"),
        (asking("rsi(0)"), "rsi does not take 0"),
        (asking(), "names: between 1 and"),
        (asking("rsi", limit=0), "limit: between 1 and"),
        (asking("rsi", timeframe="7m"), "timeframe: one of 1m"),
        (asking("rsi", cursor="x"), "cursor"),
        (asking(*catalogue(), limit=10_000), "more than 500000 values"),
    ],
)
async def test_what_cannot_be_understood_is_refused_in_words(
    world: World, query: GetIndicators, message: str
) -> None:
    with pytest.raises(BadRequest) as refusal:
        await world.answers.indicators(query)
    assert message in str(refusal.value)


async def test_an_instrument_that_is_not_known_is_refused(world: World) -> None:
    with pytest.raises(UnknownInstrument):
        await world.answers.indicators(asking("rsi", instrument="crypto:X"))
    with pytest.raises(UnknownInstrument):
        await world.levels.levels(GetLevels(instrument=InstrumentId("crypto:X")))


async def test_where_the_library_is_missing_it_is_said_and_the_rest_is_answered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "talib", None)

    with pytest.raises(Unavailable, match="TA-Lib cannot be loaded"):
        await world.answers.indicators(asking("rsi"))
    bands = await world.answers.indicators(asking("vwap_bands"))
    assert bands.series[0].values[-1] is not None
    assert (await world.levels.levels(GetLevels(instrument=BTC))).levels


async def test_the_catalogue_has_everything_with_its_defaults(world: World) -> None:
    found = await world.answers.catalogue(GetIndicatorCatalogue())
    functions = {one.name: one for one in found.functions}

    assert set(functions) == set(catalogue())
    assert functions["obv"].inputs == ("real=close", "volume")
    assert [one.default for one in functions["macd"].parameters] == [12, 26, 9]
    assert found.obstacle == ""


async def test_the_last_round_is_told_by_name(world: World) -> None:
    assert (await world.answers.newest(GetNewestIndicators())).at_ms is None
    world.newest = Newest(
        7, {"rsi(14)": 0, "ema(9)": 1}, {BTC: Values((1, 2), np.array([[40.0, 50.0], [1.0, np.nan]]))}
    )

    found = await world.answers.newest(GetNewestIndicators())
    assert (found.at_ms, found.names) == (7, ("rsi(14)", "ema(9)"))
    assert [(one.instrument, one.open_ms, one.values) for one in found.instruments] == [
        (BTC, 2, (50.0, None))
    ]
    assert (await world.answers.newest(GetNewestIndicators(names=("RSI",)))).names == ("rsi(14)",)
    with pytest.raises(BadRequest, match="is not worked out each minute"):
        await world.answers.newest(GetNewestIndicators(names=("cci",)))


async def test_levels_are_of_the_newest_bars(world: World) -> None:
    found = await world.levels.levels(GetLevels(instrument=BTC, bars=300))

    assert (found.bars, found.from_ms, found.to_ms) == (300, world.bars[-300].open_ms, world.bars[-1].open_ms)
    assert found.levels
    with pytest.raises(BadRequest, match="bars: between 1 and 2000"):
        await world.levels.levels(GetLevels(instrument=BTC, bars=2_001))


def test_a_block_is_shorter_than_a_page_of_the_store() -> None:
    assert BLOCK_BARS < 5_000
    assert FIRST_MS % MINUTE_MS == 0
