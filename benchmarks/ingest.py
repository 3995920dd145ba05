"""Trades a second that the whole engine takes from four streaming venues at once; the venues are another process.

Everything that an engine does is done: sockets, decoding, validation, bars, the store, the state, the bus. Of what was
sent nothing may be missing, and the loop may not fall behind.
"""

import asyncio
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from benchmarks.control_line import Steered, cpu_s, steered
from benchmarks.figures import Goal, machine, rank, report
from benchmarks.ingest_venues import COINS
from rtp_tui.assemble.engine import Engine, assembled
from rtp_tui.clock import SystemClock
from rtp_tui.config.settings import FeatureSettings, Settings
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.sources.provider_settings import SourceSettings

RATES = (5_000, 10_000, 20_000, 30_000, 40_000)
GOAL = Goal(-20_000, "ticks/s")
HOLD_S = 10.0
SETTLE_S = 2.0
_NAMES = {
    "binance": "binance:{}USDT",
    "coinbase": "coinbase:{}-USD",
    "okx": "okx:{}-USDT",
    "kraken": "kraken:{}/USD",
}


class Held(Struct, frozen=True):
    """What came of one rate."""

    sent: int
    accepted: int
    rejected: int
    dropped: int
    per_s: float
    cpu_share: float
    lag_p99_ms: float

    @property
    def is_whole(self) -> bool:
        """Everything that was sent was taken."""
        return self.accepted == self.sent and not self.rejected and not self.dropped


def settings_at(port: int, folder: Path) -> Settings:
    """Four venues with five coins each, no jobs, no server."""
    sources = SourceSettings()
    changed = {
        name: replace(
            getattr(sources, name), ws_url=f"ws://127.0.0.1:{port}/{name}", rest_url="http://127.0.0.1:9"
        )
        for name in _NAMES
    }
    instruments = tuple(
        Instrument(id=InstrumentId(f"crypto:{coin}{venue.upper()}"), name=coin, feeds=(name.format(coin),))
        for venue, name in _NAMES.items()
        for coin in COINS
    )
    return Settings(
        sources=replace(sources, **changed),
        instruments=instruments,
        features=FeatureSettings(scheduler=False, server=False),
        data_dir=str(folder),
    )


async def hold(engine: Engine, venues: Steered, rate: int) -> Held:
    """Send at a rate for a while, and count what came."""
    counts, recorder = engine.pipeline.processor.counts, engine.pipeline.recorder
    before = counts.accepted, sum(engine.pipeline.processor.rejected.values()), recorder.status().dropped
    lags: list[float] = []
    probing = asyncio.create_task(probe(lags))
    sent_before = await asyncio.to_thread(venues.ask, str(rate))
    used_s, began_s = cpu_s(), time.monotonic()
    await asyncio.sleep(HOLD_S)
    took_s, used_s = time.monotonic() - began_s, cpu_s() - used_s
    sent = await asyncio.to_thread(venues.ask, "0") - sent_before
    await asyncio.sleep(SETTLE_S)
    probing.cancel()
    return Held(
        sent=sent,
        accepted=counts.accepted - before[0],
        rejected=sum(engine.pipeline.processor.rejected.values()) - before[1],
        dropped=recorder.status().dropped - before[2],
        per_s=sent / took_s,
        cpu_share=used_s / took_s,
        lag_p99_ms=rank(lags, 0.99) * 1000,
    )


async def probe(lags: list[float]) -> None:
    """Note how late the loop is, fifty times a second."""
    while True:
        asked_s = time.monotonic()
        await asyncio.sleep(0.02)
        lags.append(time.monotonic() - asked_s - 0.02)


async def main() -> None:
    """Rate by rate, until one is not held."""
    print(machine())
    with steered("benchmarks.ingest_venues") as venues, tempfile.TemporaryDirectory() as folder:
        settings = settings_at(venues.ask("port"), Path(folder))
        async with assembled(settings, SystemClock()) as engine, asyncio.TaskGroup() as group:
            running = group.create_task(engine.supervisor.run())
            with suppress(TimeoutError):
                async with asyncio.timeout(30):
                    while not is_up(engine):
                        await asyncio.sleep(0.1)
            best = 0.0
            for rate in RATES:
                held = await hold(engine, venues, rate)
                print(
                    f"{rate:>6}/s asked: sent {held.per_s:,.0f}/s, {held.sent:,} in all, accepted {held.accepted:,}, "
                    f"rejected {held.rejected}, dropped {held.dropped}; {held.cpu_share * 100:.0f} % of a core, "
                    f"loop late p99 {held.lag_p99_ms:.0f} ms",
                    flush=True,
                )
                if not held.is_whole or held.cpu_share > 0.97:
                    break
                best = held.per_s
            report(
                "four venues at once, nothing missing", [-best], "ticks/s (negative: more is better)", GOAL
            )
            engine.supervisor.stop()
            await running


def is_up(engine: Engine) -> bool:
    """All four venues are connected."""
    feeds = engine.pipeline.state.feed.feeds.values()
    return len(feeds) == len(_NAMES) and all(feed.state is FeedState.LIVE for feed in feeds)


if __name__ == "__main__":
    asyncio.run(main())
