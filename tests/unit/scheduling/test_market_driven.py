"""Jobs whose markets stop, and jobs whose prices move."""

from datetime import UTC, datetime
from typing import Any

from rtp_tui.model.commands import ControlJob, JobAction, TriggerJob
from rtp_tui.model.jobs import JobOutcome
from rtp_tui.scheduling.settings import JobSettings, MarketSettings
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.scheduling.volatility import Volatility
from tests.factories import an_instrument
from tests.fakes import FakeClock
from tests.scheduled import Scheduled

MINUTE_S = 60.0
STOCK = an_instrument("stocks:IBM", market="m")
BITCOIN = an_instrument("crypto:BTC")
NOON_MS = int(datetime(2026, 9, 21, 12, tzinfo=UTC).timestamp()) * 1000
"""A Monday."""


def calendar() -> TradingCalendar:
    return TradingCalendar({"m": MarketSettings(open="13:00", close="14:00", when_closed="stop")})


def polling(*jobs: JobSettings, **options: Any) -> Scheduled:
    """One job that asks for prices, without those that exist by default."""
    defaults = (JobSettings(id=name, enabled=False) for name in ("crypto-prices", "stock-prices"))
    return Scheduled(*defaults, *jobs, kind="poll", **options)


def a_job(*instruments: str, interval_ms: int = 60_000) -> JobSettings:
    return JobSettings(id="prices", kind="poll", instruments=instruments, interval_ms=interval_ms)


async def test_a_job_of_a_market_that_stops_runs_around_its_session_only() -> None:
    clock = FakeClock(NOON_MS)
    bench = polling(a_job("stocks:*"), calendar=calendar(), instruments=(STOCK,), clock=clock)
    async with bench.running():
        begin_s = clock.monotonic()
        await clock.advance(30 * MINUTE_S)
        assert bench.work.times("prices") == []
        status = bench.status("prices")
        assert status.rate_reason == "stopped: m closed"
        assert status.next_run_ms == NOON_MS + 55 * 60_000
        await clock.advance(210 * MINUTE_S)
        minutes = [(at_s - begin_s) / 60 for at_s in bench.work.times("prices")]
        assert 55 <= minutes[0] <= 57
        assert 123 <= minutes[-1] <= 125
        assert len(minutes) >= 60


async def test_of_a_job_with_several_markets_only_the_closed_one_is_left_out() -> None:
    bench = polling(
        a_job("stocks:*", "crypto:*"),
        calendar=calendar(),
        instruments=(STOCK, BITCOIN),
        clock=FakeClock(NOON_MS),
    )
    async with bench.running():
        await bench.clock.advance(10 * MINUTE_S)
        assert len(bench.work.settings) >= 9
        assert {settings.instruments for settings in bench.work.settings} == {(BITCOIN.id,)}
        await bench.clock.advance(60 * MINUTE_S)
        assert bench.work.settings[-1].instruments == ("stocks:*", "crypto:*")


async def test_by_hand_it_runs_while_its_market_is_closed() -> None:
    bench = polling(a_job("stocks:*"), calendar=calendar(), instruments=(STOCK,), clock=FakeClock(NOON_MS))
    async with bench.running():
        run = await bench.scheduler.trigger(TriggerJob(job="prices"))
        assert run.outcome is JobOutcome.SUCCEEDED
        assert bench.work.settings[-1].instruments == ("stocks:*",)


async def test_a_job_that_was_paused_by_hand_stays_so_when_its_market_opens() -> None:
    bench = polling(a_job("stocks:*"), calendar=calendar(), instruments=(STOCK,), clock=FakeClock(NOON_MS))
    async with bench.running():
        await bench.scheduler.control(ControlJob(job="prices", action=JobAction.PAUSE))
        await bench.clock.advance(90 * MINUTE_S)
        assert bench.work.times("prices") == []
        await bench.scheduler.control(ControlJob(job="prices", action=JobAction.RESUME))
        await bench.clock.advance(3 * MINUTE_S)
        assert bench.work.times("prices")


async def test_what_moves_is_asked_for_alone_and_faster_and_slower_again_when_calm() -> None:
    price = {BITCOIN.id: 100.0, "crypto:ETH": 50.0}
    ether = an_instrument("crypto:ETH")
    volatility = Volatility(price.get, lambda one: 30_000, {"crypto": 5.0})
    bench = polling(
        a_job("crypto:*", interval_ms=240_000), instruments=(BITCOIN, ether), volatility=volatility
    )
    async with bench.running():
        await bench.clock.advance(480)
        assert bench.status("prices").effective_interval_ms == 240_000
        for _ in range(6):
            price[BITCOIN.id] *= 1.06
            await bench.clock.advance(120)
        status = bench.status("prices")
        assert (status.effective_interval_ms, status.rate_reason) == (
            60_000,
            "faster: crypto:BTC on the move",
        )
        begun = len(bench.work.settings)
        price[BITCOIN.id] *= 1.06
        await bench.clock.advance(240)
        asked = [settings.instruments for settings in bench.work.settings[begun:]]
        assert len(asked) in (4, 5)
        assert asked.count((BITCOIN.id,)) >= 2
        assert asked.count(("crypto:*",)) <= 2
        await bench.clock.advance(3_600)
        status = bench.status("prices")
        assert (status.effective_interval_ms, status.rate_reason) == (240_000, "")
        gaps = [
            after - before
            for before, after in zip(bench.work.times("prices"), bench.work.times("prices")[1:], strict=False)
        ]
        assert min(gaps) >= 30
