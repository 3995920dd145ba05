"""A configuration read again while an engine is served: by SIGHUP, and by `POST /reload`."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.accept.consoles import console
from tests.accept.running import PATIENCE_S, Running, served, wait_for
from tests.accept.test_venues_die import shows
from tests.accept.venues import ADA, PROVIDERS, SOL, Venue, instruments, sources, write_configuration

pytestmark = pytest.mark.accept

BAD = '[[instruments]]\nid = "crypto/BTC"\nfeeds = []\n'
GOING_AWAY = 1001
Reload = Callable[[Running], str]


def by_signal(engine: Running) -> str:
    """What it says of it on stderr."""
    before = len(engine.said)
    engine.process.send_signal(signal.SIGHUP)
    return wait_for(lambda: engine.said[before:] if "SIGHUP: " in engine.said[before:] else "")


def by_request(engine: Running) -> str:
    """What it answers."""
    answer = httpx.post(f"{engine.url}/reload", timeout=PATIENCE_S)
    return str(answer.json()["message" if answer.is_success else "detail"])


BOTH_WAYS = pytest.mark.parametrize("reload", [by_signal, by_request])


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    found = Venue("coingecko", tmp_path_factory.mktemp("venue"))
    found.start()
    yield found
    found.kill()


@pytest.fixture
def path(tmp_path: Path, venue: Venue) -> Path:
    return configure(tmp_path / "config.toml", venue, SOL)


def configure(path: Path, venue: Venue, *ids: str) -> Path:
    """One instrument after the other, and a provider that is there."""
    off = {provider: "enabled = false\n" for provider in PROVIDERS if provider != venue.provider}
    return write_configuration(path, sources({venue.provider: venue.urls, **off}), instruments(ids))


@pytest.fixture
def engine(tmp_path: Path, path: Path) -> Iterator[Running]:
    data = str(tmp_path / "d")
    with served(tmp_path, "--serve", "--port", "0", "--config", str(path), "--data-dir", data) as running:
        wait_for(lambda: ids_of(running) == {SOL})
        yield running


def ids_of(engine: Running) -> set[str]:
    """The instruments that it knows; none while it does not answer."""
    try:
        return {quote["id"] for quote in engine.get("/market/latest").json()["quotes"]}
    except httpx.TransportError:
        return set()


@BOTH_WAYS
def test_another_list_of_instruments_takes_effect_at_the_same_port(
    engine: Running, path: Path, venue: Venue, reload: Reload
) -> None:
    configure(path, venue, SOL, ADA)
    said = reload(engine)

    assert "read again" in said
    assert wait_for(lambda: ids_of(engine) == {SOL, ADA})
    wait_for(lambda: all(one["price"] for one in engine.get("/market/latest").json()["quotes"]))
    assert engine.end() == 0


@BOTH_WAYS
def test_a_configuration_that_cannot_be_used_changes_nothing_and_is_said_to_be(
    engine: Running, path: Path, reload: Reload
) -> None:
    path.write_text(BAD)
    said = reload(engine)

    assert "kept as it was" in said
    assert "instruments[0].id" in said
    assert ids_of(engine) == {SOL}
    assert engine.process.poll() is None


def test_a_reload_that_is_refused_over_http_is_a_problem(engine: Running, path: Path) -> None:
    path.unlink()
    refused = httpx.post(f"{engine.url}/reload", timeout=PATIENCE_S)

    assert refused.status_code >= 400
    assert refused.headers["content-type"] == "application/problem+json"
    assert "kept as it was" in refused.json()["detail"]


def test_a_second_reload_counts_too(engine: Running, path: Path, venue: Venue) -> None:
    for ids in ((SOL, ADA), (ADA,)):
        configure(path, venue, *ids)
        by_signal(engine)
        assert wait_for(lambda: ids_of(engine) == set(ids))  # noqa: B023


async def test_a_client_is_told_and_finds_the_engine_where_it_was(
    engine: Running, path: Path, venue: Venue
) -> None:
    address = engine.url.replace("http", "ws") + "/ws"
    async with connect(address) as socket:
        configure(path, venue, SOL, ADA)
        by_signal(engine)
        kinds = [json.loads(message)["type"] async for message in socket]
    assert kinds[0] == "welcome"
    assert socket.close_code == GOING_AWAY
    assert wait_for(lambda: ids_of(engine) == {SOL, ADA})
    async with connect(address) as socket:
        assert json.loads(await socket.recv())["type"] == "welcome"


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.3, 0.6, 1.0])
def test_what_is_asked_for_while_the_engine_begins_anew_is_not_lost(
    engine: Running, path: Path, venue: Venue, after_s: float
) -> None:
    configure(path, venue, ADA)
    by_signal(engine)
    time.sleep(after_s)
    configure(path, venue, SOL, ADA)
    by_signal(engine)
    assert wait_for(lambda: ids_of(engine) == {SOL, ADA})
    assert engine.end() == 0


@pytest.mark.parametrize("after_s", [0.0, 0.12, 0.16, 0.2])
def test_an_end_asked_for_while_the_engine_begins_anew_is_one(engine: Running, after_s: float) -> None:
    engine.process.send_signal(signal.SIGHUP)
    time.sleep(after_s)
    assert engine.end(signal.SIGTERM) == 0


def test_an_attached_console_comes_back_and_shows_the_new_list(
    engine: Running, path: Path, venue: Venue, tmp_path: Path
) -> None:
    with console(tmp_path / "c", "--connect", engine.url, shows="SOL ") as screen:
        configure(path, venue, SOL, ADA)
        by_signal(engine)
        screen.wait_until(lambda now: shows(now, r"ADA +\d.*●"))
