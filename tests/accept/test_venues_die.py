"""Venues killed one by one under a running engine: it says what is wrong, and heals by itself when they are back."""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator

import msgspec
import pytest

from rtp_tui.server.bodies import HealthBody, QuoteBody
from rtp_tui.server.breaker_bodies import BreakerBody
from rtp_tui.server.feed_bodies import FeedBody
from tests.accept.consoles import console
from tests.accept.running import PATIENCE_S, RTP_TUI, Running, clean_environment, served, wait_for
from tests.accept.terminal import Terminal
from tests.accept.venues import (
    BTC,
    ETH,
    HEALTH,
    INSTRUMENTS,
    JOBS,
    POLICY,
    PROVIDERS,
    Venue,
    instruments,
    sources,
    venues,
    write_configuration,
)

pytestmark = pytest.mark.accept

POLLED = ("coingecko", "yahoo")
PRICED = {
    provider: {id_ for id_, feeds in INSTRUMENTS.items() if feeds[0].startswith(provider)}
    for provider in PROVIDERS
}
WELL = ("live", "fresh")


LEVELS = ("ok", "warning", "failure")
OF_THE_MACHINE = frozenset({"clock", "disk", "loop", "memory", "store"})


def worst_of(checks: list[dict[str, str]]) -> int:
    """The exit code that says it."""
    return max(LEVELS.index(one["level"]) for one in checks)


class Seen(msgspec.Struct, frozen=True):
    """What the engine says at one moment."""

    health: HealthBody
    feeds: dict[str, FeedBody]
    breakers: dict[str, BreakerBody]
    quotes: dict[str, QuoteBody]

    @property
    def score(self) -> int:
        return self.health.score or 0

    @property
    def freshness(self) -> dict[str, str]:
        return {id_: quote.freshness for id_, quote in self.quotes.items()}

    def priced_by(self, id_: str) -> str:
        """The provider of a price."""
        return (self.quotes[id_].source or "").partition(":")[0]

    @property
    def breaker_states(self) -> dict[str, str]:
        return {name: breaker.state.value for name, breaker in self.breakers.items()}

    def is_well(self, provider: str) -> bool:
        """It is connected, calls to it go through, and what it prices is fresh."""
        breaker = self.breakers.get(f"{provider}/prices")
        return (
            self.feeds[provider].state in ("live", "polling")
            and (breaker is None or breaker.state.value == "closed")
            and all(self.freshness[one] in WELL for one in PRICED[provider])
        )


class _Page(msgspec.Struct):
    feeds: tuple[FeedBody, ...] = ()
    breakers: tuple[BreakerBody, ...] = ()
    quotes: tuple[QuoteBody, ...] = ()


class World:
    """The venues, the engine, and a console attached to it."""

    def __init__(self, engine: Running, opened: dict[str, Venue], screen: Terminal) -> None:
        self.engine = engine
        self.venues = opened
        self.screen = screen

    def look(self) -> Seen:
        """Ask for everything."""
        feeds, breakers, quotes = (
            msgspec.json.decode(self.engine.get(path).content, type=_Page)
            for path in ("/feeds", "/breakers", "/market/latest")
        )
        return Seen(
            msgspec.json.decode(self.engine.get("/health").content, type=HealthBody),
            {feed.source: feed for feed in feeds.feeds},
            {breaker.name: breaker for breaker in breakers.breakers},
            {quote.id: quote for quote in quotes.quotes},
        )

    def wait_until(self, is_so: Callable[[Seen], bool], *, but_for: str) -> Seen:
        """Look until it is so while all venues but this one are well, whatever a slow machine did to them meanwhile."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            now = self.look()
            unwell = [other for other in PROVIDERS if other != but_for and not now.is_well(other)]
            if is_so(now) and not unwell:
                return now
            assert time.monotonic() < deadline, (unwell, now)
            time.sleep(0.1)

    def verify(self) -> tuple[int, dict[str, str]]:
        """The worst that `rtp-tui verify` finds, and what it says of each check that is not well.

        What tells of this machine is left out.
        """
        home = self.engine.log.parent
        ended = subprocess.run(
            [*RTP_TUI, "verify", "--json", "--data-dir", str(home / "d")],
            env=clean_environment(home),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        checks = json.loads(ended.stdout)["checks"]
        assert ended.returncode == worst_of(checks)
        ours = [one for one in checks if one["name"] not in OF_THE_MACHINE]
        return worst_of(ours), {one["name"]: one["detail"] for one in ours if one["level"] != "ok"}

    def wait_until_verified(self) -> None:
        """`rtp-tui verify` finds nothing wrong."""
        deadline = time.monotonic() + PATIENCE_S
        while (found := self.verify()) != (0, {}):
            assert time.monotonic() < deadline, found

    def wait_until_all_is_well(self) -> Seen:
        """Look until every source is well and nothing is held against any."""
        return self.wait_until(lambda now: now.score == 100 and all(map(now.is_well, PROVIDERS)), but_for="")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("world")
    with venues(home) as opened:
        configuration = write_configuration(
            home / "config.toml",
            sources({name: venue.urls for name, venue in opened.items()}),
            POLICY,
            HEALTH,
            instruments(),
            JOBS,
        )
        arguments = ("--serve", "--port", "0", "--config", str(configuration), "--data-dir", str(home / "d"))
        with (
            served(home, *arguments) as engine,
            console(home / "c", "--connect", engine.url, columns=200, rows=55) as screen,
        ):
            running = World(engine, opened, screen)
            wait_for(lambda: all(map(running.look().is_well, PROVIDERS)))
            yield running


@pytest.mark.parametrize("provider", POLLED)
def test_a_polled_venue_that_dies_opens_its_breaker_and_one_that_is_back_closes_it(
    world: World, provider: str
) -> None:
    breaker, before = f"{provider}/prices", world.wait_until_all_is_well().score
    symbols = [one.partition(":")[2] for one in PRICED[provider]]
    world.venues[provider].kill()
    lost = world.wait_until(
        lambda now: (
            now.breakers[breaker].state.value == "open"
            and {now.freshness[one] for one in PRICED[provider]} == {"stale"}
            and now.score < before
            and provider in now.health.reason
        ),
        but_for=provider,
    )

    assert 0 <= (lost.breakers[breaker].time_to_probe_ms or 0) <= 3_000
    assert "refused" in (lost.breakers[breaker].last_error or "")
    assert lost.feeds[provider].state == "reconnecting"
    for symbol in symbols:
        world.screen.wait_until(lambda screen: is_stale_on(screen, symbol))  # noqa: B023
    world.screen.wait_until(lambda screen: shows(screen, rf"✖ +{breaker} +open, probe"))
    code, told = world.verify()
    assert code == 2
    assert "reconnecting" in told[f"feed {provider}"]
    assert told[f"breaker {breaker}"].startswith(("open", "half open"))
    assert all(one in told["prices"] for one in PRICED[provider])

    world.venues[provider].start()
    world.wait_until(lambda now: now.breakers[breaker].state.value == "half_open", but_for=provider)
    world.wait_until(lambda now: now.is_well(provider) and now.score > 85, but_for=provider)
    for symbol in symbols:
        world.screen.wait_until(lambda screen: is_well_on(screen, symbol))  # noqa: B023
    world.screen.wait_until(lambda screen: shows(screen, rf"● +{breaker} +closed"))
    world.wait_until_verified()


def test_a_standby_that_dies_is_warned_about_while_its_prices_stay_live(world: World) -> None:
    before = world.wait_until_all_is_well().score
    world.wait_until(lambda now: now.priced_by(BTC) == "binance", but_for="")
    world.venues["coinbase"].kill()
    lost = world.wait_until(
        lambda now: now.feeds["coinbase"].state == "reconnecting" and now.score < before, but_for="coinbase"
    )

    assert "coinbase" in lost.health.reason
    world.screen.wait_until(lambda screen: shows(screen, r"✖ +coinbase +(retry in|reconnecting)"))

    code, told = world.verify()
    assert code == 1
    assert "feed coinbase" in told
    assert "prices" not in told

    world.venues["coinbase"].start()
    world.wait_until(lambda now: now.is_well("coinbase") and now.score > 85, but_for="coinbase")
    world.wait_until_verified()


def test_a_streaming_venue_that_dies_is_reconnected_to_while_its_standby_prices(world: World) -> None:
    before = world.wait_until_all_is_well()
    world.venues["binance"].kill()
    lost = world.wait_until(
        lambda now: (
            now.feeds["binance"].next_attempt_ms is not None
            and now.freshness[ETH] == "stale"
            and now.priced_by(BTC) == "coinbase"
            and now.freshness[BTC] in WELL
            and now.score < before.score
            and "binance" in now.health.reason
        ),
        but_for="binance",
    )

    assert lost.feeds["binance"].state == "reconnecting"
    # Told once a second, so that an attempt may have begun since.
    assert -2_000 < (lost.feeds["binance"].next_attempt_ms or 0) - time.time() * 1000 < 60_000
    world.screen.wait_until(lambda screen: is_stale_on(screen, "ETH") and is_well_on(screen, "BTC"))
    world.screen.wait_until(lambda screen: shows(screen, r"✖ +binance +retry in \d+s"))
    code, told = world.verify()
    assert code == 2
    assert "reconnecting" in told["feed binance"]
    assert ETH in told["prices"]
    assert BTC not in told["prices"]

    world.venues["binance"].start()
    # It is asked over HTTP at once; the socket's next try may wait for as long as its backoff allows, a minute.
    back = world.wait_until(
        lambda now: now.is_well("binance") and now.feeds["binance"].state == "live" and now.score > 85,
        but_for="binance",
    )
    assert back.feeds["binance"].reconnects > before.feeds["binance"].reconnects
    world.screen.wait_until(lambda screen: is_well_on(screen, "ETH") and shows(screen, "● +binance +live"))
    world.wait_until_verified()


def shows(screen: Terminal, pattern: str) -> bool:
    """Some line on screen matches."""
    return any(re.search(pattern, line) for line in screen.lines)


def is_stale_on(screen: Terminal, symbol: str) -> bool:
    """Its row among the prices has the word and the glyph."""
    row = price_row(screen, symbol)
    return "stale" in row and "✖" in row


def is_well_on(screen: Terminal, symbol: str) -> bool:
    row = price_row(screen, symbol)
    return any(f" {word} " in row for word in WELL) and "✖" not in row


def price_row(screen: Terminal, symbol: str) -> str:
    """A symbol's row in the pane of prices, which is the leftmost."""
    rows = (line.split("││")[0] for line in screen.lines)
    return next((row for row in rows if row.lstrip("│ ▌▸").startswith(f"{symbol} ")), "")
