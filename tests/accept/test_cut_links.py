"""A console over a link that is cut, swallows everything, or is slow: it says so, and comes back by itself."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from rtp_tui.api.remote import RemotePipeline
from rtp_tui.clock import SystemClock
from rtp_tui.model.commands import Refresh, ReloadConfiguration
from rtp_tui.model.errors import NotConnected
from rtp_tui.model.events import Batch, Disconnected, Snapshot
from rtp_tui.model.market import Quote
from rtp_tui.net.settings import NetSettings
from tests.accept.consoles import console, is_whole, prices, wait_for_moving_prices
from tests.accept.cut_link import CutLink, cut_link
from tests.accept.running import PATIENCE_S, Running, served, wait_for
from tests.accept.terminal import Terminal
from tests.accept.test_console_cut_off import rows_shown_as_current
from tests.scripted_pipeline import ScriptedPipeline
from tests.serving import serving

pytestmark = pytest.mark.accept

AWAY_S = 4.0
WATCHED_S = 40.0


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("engine")
    with served(home, "--demo", "--serve", "--port", "0", "--data-dir", str(home / "d")) as running:
        wait_for(lambda: running.get("/health").json()["score"] is not None)
        yield running


@pytest.fixture
def link(engine: Running) -> Iterator[CutLink]:
    with cut_link(engine.url) as link:
        yield link


@pytest.mark.parametrize("fault", [CutLink.cut, CutLink.swallow])
def test_a_console_on_a_link_that_breaks_is_offline_shows_nothing_as_live_and_comes_back(
    link: CutLink, fault: object, tmp_path: Path
) -> None:
    assert callable(fault)
    with console(tmp_path, "--connect", link.url) as screen:
        wait_for_moving_prices(screen)
        shown = prices(screen).keys()
        fault(link)
        screen.wait_until(lambda now: "OFFLINE" in now.lines[0])
        screen.wait_until(lambda now: not rows_shown_as_current(now))
        assert_nothing_is_live_for(screen, AWAY_S)
        link.mend()
        screen.wait_for(" LIVE ")
        wait_for_moving_prices(screen)
        screen.wait_until(lambda now: is_whole(now) and len(rows_shown_as_current(now)) > 10)
        assert prices(screen).keys() == shown


def assert_nothing_is_live_for(screen: Terminal, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert "OFFLINE" in screen.lines[0], screen.text
        assert not rows_shown_as_current(screen), screen.text
        time.sleep(0.2)


def test_a_console_on_a_slow_and_distant_link_stays_usable(link: CutLink, tmp_path: Path) -> None:
    link.delay_s, link.bytes_per_s = 0.15, 20_000.0
    with console(tmp_path, "--connect", link.url, shows="BTC ") as screen:
        screen.wait_for(" LIVE ")
        wait_for_moving_prices(screen)
        screen.send("?")
        screen.wait_for("esc closes")
        screen.send("\x1b")
        screen.wait_until(lambda now: "esc closes" not in now.text)
        wait_for_moving_prices(screen)
        screen.send("q")
        assert screen.exit_code() == 0


async def test_what_is_shown_over_a_slow_link_does_not_grow_older_and_older(engine: Running) -> None:
    """Both ends are on this machine, so that the age of a quote is its time on the link."""
    ages_ms: list[tuple[float, int]] = []
    with cut_link(engine.url) as link:
        link.delay_s, link.bytes_per_s = 0.15, 20_000.0
        remote = RemotePipeline(link.url, SystemClock(), NetSettings())
        began = time.monotonic()
        async with remote.watch() as updates:
            async for update in updates:
                assert not isinstance(update, Disconnected), update.reason
                if isinstance(update, Batch):
                    now_ms = time.time_ns() // 1_000_000
                    newest = [e.payload.received_ms for e in update.events if isinstance(e.payload, Quote)]
                    ages_ms += (
                        [(time.monotonic() - began, now_ms - max(filter(None, newest)))] if newest else []
                    )
                if time.monotonic() - began > WATCHED_S:
                    break
    settled = sorted(age_ms for at, age_ms in ages_ms if at > 0.75 * WATCHED_S)
    print(f"worst {max(age_ms for _, age_ms in ages_ms)} ms, in the end {settled[len(settled) // 2]} ms")
    assert max(age_ms for _, age_ms in ages_ms) < 30_000
    assert settled[len(settled) // 2] < 10_000


@asynccontextmanager
async def watching(link: CutLink) -> AsyncIterator[RemotePipeline]:
    """A door whose reader reads on while the block runs."""
    remote = RemotePipeline(link.url, SystemClock(), NetSettings())
    async with remote.watch() as updates, asyncio.TaskGroup() as group:
        assert isinstance(await anext(updates), Snapshot)

        async def read_on() -> None:
            async for _ in updates:
                pass

        reading = group.create_task(read_on())
        yield remote
        reading.cancel()


async def test_an_order_given_into_a_link_that_swallows_it_is_never_run_late() -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running:
        with cut_link(running.url) as link:
            async with watching(link) as remote:
                assert (await remote.execute(Refresh())).message == "done"
                link.swallow()
                for _ in range(2):
                    with pytest.raises(NotConnected):
                        await remote.execute(ReloadConfiguration())
                with pytest.raises(NotConnected, match="not heard"):
                    await remote.execute(ReloadConfiguration())
                link.mend()
                await asyncio.sleep(3)
    assert engine.asked == [Refresh()]


async def test_a_restarted_server_is_followed_again() -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as first:
        port = int(first.url.rpartition(":")[2])
        remote = RemotePipeline(first.url, SystemClock(), NetSettings())
        async with remote.watch() as updates, aclosing(_kinds(updates)) as kinds:
            assert await anext(kinds) is Snapshot
            first.server.stop()
            assert await anext(kinds) is Disconnected
            async with serving(engine, port=port):
                kind: type = Disconnected
                async with asyncio.timeout(PATIENCE_S):
                    while kind is Disconnected:
                        kind = await anext(kinds)


async def _kinds(updates: AsyncIterator[object]) -> AsyncGenerator[type, None]:
    async for update in updates:
        yield type(update)
