"""Six things that people come to do, each in six keys and twenty seconds: beside the engine, and over a slow link.

A word typed into a line counts as one key, as the key that opens the line and the one that ends it do.
"""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from tests.accept.consoles import console
from tests.accept.cut_link import cut_link
from tests.accept.ports import free_port
from tests.accept.running import PATIENCE_S, wait_for
from tests.accept.terminal import Terminal

pytestmark = pytest.mark.accept

MOST_KEYS, WITHIN_S = 6, 20.0
USUAL_START_S = 4.0
"""Of a console with its own engine: a machine that takes longer is given as many times longer for a task."""
LINK_BYTES_PER_S, LINK_DELAY_S = 50_000.0, 0.075
ENTER, ESCAPE = "\r", "\x1b"
QUIET_FEED, BROKEN = "coinbase", "coingecko/prices"


class Person:
    """Presses keys, one after the other, and reads what is there."""

    def __init__(self, screen: Terminal, url: str, started_s: float) -> None:
        self.screen = screen
        self.url = url
        self._within_s = WITHIN_S * max(1.0, started_s / USUAL_START_S)
        self._keys = 0

    @contextmanager
    def task(self) -> Iterator[None]:
        """What is done inside must stay within the keys and the seconds; nothing stays open after it."""
        self._keys, began_s = 0, time.monotonic()
        yield
        took_s = time.monotonic() - began_s
        assert self._keys <= MOST_KEYS, self._keys
        assert took_s <= self._within_s, took_s
        for _ in range(3):
            self.screen.send(ESCAPE)
            self.screen.settle()

    def press(self, *keys: str) -> None:
        for key in keys:
            self._keys += 1
            self.screen.send(key)
            time.sleep(0.2)  # people are not faster

    def sees(self, pattern: str) -> str:
        """Wait for a line that matches; the line."""
        found = re.compile(pattern)
        return self.screen.wait_until(lambda now: next(filter(found.search, now.lines), ""))


@pytest.fixture(scope="module", params=["beside the engine", "over a slow link"])
def person(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    home = tmp_path_factory.mktemp("desk")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    config = home / "config.toml"
    config.write_text(f"[server]\nenabled = true\nport = {port}\n")
    with ExitStack() as stack:
        own = ("--demo", "--config", str(config))
        began_s = time.monotonic()
        beside = stack.enter_context(console(home / "engine", *own, columns=160, rows=50))
        screen, started_s = beside, time.monotonic() - began_s
        if request.param == "over a slow link":
            link = stack.enter_context(cut_link(url))
            link.delay_s, link.bytes_per_s = LINK_DELAY_S, LINK_BYTES_PER_S
            screen = stack.enter_context(
                console(home / "attached", "--connect", link.url, columns=160, rows=50)
            )
        wait_for(lambda: httpx.get(f"{url}/health", timeout=PATIENCE_S).json()["score"])
        yield Person(screen, url, started_s)


def test_the_stalest_feed_is_found(person: Person) -> None:
    httpx.post(
        f"{person.url}/drill/refuse", json={"venue": QUIET_FEED, "seconds": 600}, timeout=PATIENCE_S
    ).raise_for_status()
    with person.task():
        person.press("3", "F")
        person.sees(rf"✖ +{QUIET_FEED} +(reconnecting|stale|down)")
        assert not [line for line in person.screen.lines if re.search(r"binance +live +[0-9]", line)]
    httpx.delete(f"{person.url}/drill", timeout=PATIENCE_S).raise_for_status()


def test_why_health_is_what_it_is_is_told(person: Person) -> None:
    httpx.post(f"{person.url}/breakers/{BROKEN}/open", timeout=PATIENCE_S).raise_for_status()
    with person.task():
        person.press("5", ENTER)
        person.sees("connections .*0/15|connections +[0-9]+/15")
        person.sees(rf"{BROKEN}|breaker")


def test_a_broken_source_is_brought_back(person: Person) -> None:
    httpx.post(f"{person.url}/breakers/{BROKEN}/open", timeout=PATIENCE_S).raise_for_status()
    with person.task():
        person.press("4", "F")
        person.sees(rf"✖ +{BROKEN} +forced open")
        person.press("o")
        person.sees(rf"{BROKEN}.*(reset|closed)")
    wait_for(
        lambda: httpx.get(f"{person.url}/breakers/{BROKEN}", timeout=PATIENCE_S).json()["state"] == "closed"
    )


def test_btc_is_refreshed_now(person: Person) -> None:
    with person.task():
        person.press("1", "/", "btc", ENTER, "r")
        person.sees(r"fetched \d of 1")


def test_an_alert_is_silenced_for_an_hour(person: Person) -> None:
    rule = {"id": "planted", "condition": "crypto:BTC price > 1"}
    httpx.post(f"{person.url}/alert-rules", json=rule, timeout=PATIENCE_S).raise_for_status()
    wait_for(lambda: _alert_state(person.url, "planted") == "firing")
    with person.task():
        person.press("!", "/", "planted", ENTER)
        person.sees(r"planted +crypto:BTC")
        person.press("n")
        person.sees("tells nobody for so long")
        person.press(ENTER)
        wait_for(lambda: _alert_state(person.url, "planted") == "silenced")
    [silence] = httpx.get(f"{person.url}/silences", timeout=PATIENCE_S).json()["silences"]
    assert silence["until_ms"] - silence["created_ms"] == pytest.approx(3_600_000, abs=1_000)


def test_what_a_share_did_at_a_minute_is_found(person: Person) -> None:
    [bar] = httpx.get(f"{person.url}/data/stocks:AAPL?limit=1", timeout=PATIENCE_S).json()["bars"]
    day, minute = (time.strftime(form, time.gmtime(bar["open_ms"] / 1000)) for form in ("%Y-%m-%d", "%H:%M"))
    with person.task():
        person.press(":", f"at {day} {minute} aapl")
        person.sees("chart of stocks:AAPL at")
        person.press(ENTER)
        person.sees(rf"{minute} .*O [0-9,.]+ H [0-9,.]+ L [0-9,.]+ C [0-9,.]+")


def _alert_state(url: str, rule: str) -> str:
    alerts = httpx.get(f"{url}/alerts?active=true&rule={rule}", timeout=PATIENCE_S).json()["alerts"]
    return str(alerts[0]["state"]) if alerts else ""
