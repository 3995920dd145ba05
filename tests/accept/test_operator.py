"""An operator at work: by keys alone in a terminal, beside the engine and attached to one, over HTTP, and by commands."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.accept.consoles import console
from tests.accept.running import PATIENCE_S, Running, ordered, served, wait_for
from tests.accept.terminal import Terminal

pytestmark = pytest.mark.accept

JOB = "crypto-prices"
BREAKER = "coingecko/prices"
ENTER, DOWN, ESCAPE = "\r", "\x1b[B", "\x1b"
FEEDS = ("binance", "coinbase", "coingecko", "yahoo")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("engine")
    with served(home, "--demo", "--serve", "--port", "0", "--data-dir", str(home / "d")) as running:
        wait_for(lambda: running.get("/health").json()["score"] is not None)
        yield running


def arguments_of(request: pytest.FixtureRequest) -> list[str]:
    """Of a console with the engine in its process, and of one attached to a served engine."""
    if request.param == "local":
        return ["--demo"]
    running: Running = request.getfixturevalue("engine")
    return ["--connect", running.url]


@pytest.fixture(scope="module", params=["local", "attached"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    home = tmp_path_factory.mktemp("console")
    with console(home, *arguments_of(request), columns=200, rows=55) as opened:
        opened.wait_until(lambda now: shows(now, rf"● +{BREAKER} +closed"))
        yield opened


@pytest.fixture
def screen(shared: Terminal) -> Iterator[Terminal]:
    """A console without anything that a test before has opened or filtered."""
    yield shared
    shared.send(ESCAPE)
    shared.settle()
    shared.wait_until(lambda now: "esc closes" not in now.text and ")[" not in now.text)


@pytest.fixture(scope="module", params=["local", "attached"])
def read_only_screen(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Terminal]:
    home = tmp_path_factory.mktemp("read-only")
    with console(home, *arguments_of(request), "--read-only", columns=200, rows=55) as opened:
        opened.wait_until(lambda now: shows(now, rf"● +{BREAKER} +closed"))
        yield opened


def shows(screen: Terminal, pattern: str) -> bool:
    """Some line on screen matches."""
    return any(re.search(pattern, line) for line in screen.lines)


def await_line(screen: Terminal, pattern: str, within_s: float = 10.0) -> None:
    screen.wait_until(lambda now: shows(now, pattern), within_s)


def select(screen: Terminal, pane: str, row: str) -> None:
    """Go to a pane by its number, and leave nothing in it but this row."""
    screen.send(pane)
    screen.send("/")
    screen.wait_for("text, regex, !not")
    screen.send(row + ENTER)
    screen.wait_until(lambda now: f"({row})" in now.text)


def test_a_price_is_refreshed(screen: Terminal) -> None:
    select(screen, "1", "crypto:BTC")
    screen.send("r")
    await_line(screen, r"fetched \d of 1")


def test_a_job_is_triggered_paused_resumed_and_restarted(screen: Terminal) -> None:
    select(screen, "2", JOB)
    screen.send("t")
    await_line(screen, rf"{JOB} succeeded|{JOB}.*succeeded")
    screen.send("p")
    await_line(screen, rf"{JOB} +paused")
    screen.send("p")
    await_line(screen, rf"{JOB} +(idle|running)")
    screen.send("R")
    screen.wait_for(f"Restart {JOB}?")
    screen.wait_for("run from its beginning")
    screen.send("y")
    await_line(screen, rf"{JOB} runs again")
    await_line(screen, rf"{JOB} +idle")


def test_a_breaker_is_forced_open_and_reset(screen: Terminal) -> None:
    select(screen, "4", BREAKER)
    screen.send("O")
    screen.wait_for(f"Force {BREAKER} open?")
    screen.wait_for("Every call is refused")
    screen.send("y")
    await_line(screen, rf"✖ +{BREAKER} +forced open")
    screen.send("o")
    await_line(screen, rf"● +{BREAKER} +closed")


def test_a_question_that_is_not_agreed_to_changes_nothing(screen: Terminal) -> None:
    select(screen, "4", BREAKER)
    screen.send("O")
    screen.wait_for(f"Force {BREAKER} open?")
    screen.send("n")
    screen.wait_until(lambda now: "Every call is refused" not in now.text)
    assert shows(screen, rf"● +{BREAKER} +closed")


@pytest.mark.parametrize("feed", ["binance", "coingecko"])
def test_a_feed_is_restarted(screen: Terminal, feed: str) -> None:
    select(screen, "3", feed)
    screen.send("R")
    screen.wait_for(f"Restart {feed}?")
    screen.send("y")
    await_line(screen, rf"{feed}: restart carried out")
    await_line(screen, rf"{feed} +(live|polling) +\d", 20)


def test_health_is_explained(screen: Terminal) -> None:
    screen.send("5")
    await_line(screen, r"freshness +\d+/\d+")
    screen.send(ENTER)
    screen.wait_for("esc closes")
    assert shows(screen, "reason|instruments in session|fresh")
    screen.send(ESCAPE)
    screen.wait_until(lambda now: "esc closes" not in now.text)


@pytest.mark.parametrize(
    ("pane", "keys"),
    [("1", "rR"), ("2", "tpRxd"), ("3", "rpR"), ("4", "oOC")],
    ids=["prices", "jobs", "feeds", "breakers"],
)
def test_a_read_only_console_refuses_every_order(read_only_screen: Terminal, pane: str, keys: str) -> None:
    screen = read_only_screen
    screen.send(pane)
    for count, key in enumerate(keys, start=1):
        screen.send(key)
        screen.wait_until(lambda now: now.text.count("refused: this console is read-only") >= count, 3)  # noqa: B023
    # In tables a mark begins the row; what others ordered before stands in the timeline, behind its time.
    assert not shows(screen, r"│[‖✖] +\S+ +(paused|forced)|Restart .*\?")


def post(engine: Running, path: str, body: object = None) -> httpx.Response:
    return httpx.post(engine.url + path, json=body, timeout=PATIENCE_S)


def test_the_same_is_done_over_http(engine: Running) -> None:
    def is_connected(feed: str) -> bool:
        feeds = engine.get("/feeds").json()["feeds"]
        return all(one["state"] in ("live", "polling") for one in feeds if one["connection"] == feed)

    assert post(engine, "/refresh", {"instruments": ["crypto:BTC"]}).json()["message"] == "fetched 1 of 1"
    assert post(engine, f"/jobs/{JOB}/trigger").json()["outcome"] == "succeeded"
    assert post(engine, f"/jobs/{JOB}/restart").json()["outcome"] == "succeeded"
    for order, state in (("pause", "paused"), ("resume", "idle")):
        assert post(engine, f"/jobs/{JOB}/{order}").json()["state"] == state
    for order, state in (("open", "forced_open"), ("reset", "closed")):
        assert post(engine, f"/breakers/{BREAKER}/{order}").json()["state"] == state
    for feed in FEEDS:
        assert post(engine, f"/feeds/{feed}/restart").status_code == 202
        assert wait_for(lambda: is_connected(feed))  # noqa: B023
    health = engine.get("/health").json()
    assert health["reason"]
    assert all(part["reason"] for part in health["parts"])


def test_the_same_is_done_by_commands(engine: Running) -> None:
    for arguments in (
        ("refresh", "crypto:BTC"),
        ("jobs", "trigger", JOB),
        ("jobs", "restart", JOB),
        ("jobs", "pause", JOB),
        ("jobs", "resume", JOB),
        ("breakers", "open", BREAKER),
        ("breakers", "reset", BREAKER),
    ):
        ended = ordered(engine, *arguments)
        assert (ended.returncode, ended.stderr) == (0, ""), arguments
    assert "health" in ordered(engine, "status").stdout.lower()


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/refresh", {"instruments": ["crypto:NOPE"]}, "unknown_instrument"),
        ("/jobs/nope/trigger", None, "unknown_job"),
        ("/jobs/nope/pause", None, "unknown_job"),
        ("/breakers/no/pe/open", None, "unknown_breaker"),
        ("/feeds/nope/restart", None, "unknown_feed"),
    ],
)
def test_an_order_about_what_is_not_there_is_refused_by_its_code(
    engine: Running, path: str, body: object, code: str
) -> None:
    refused = post(engine, path, body)
    assert (refused.status_code, refused.json()["code"]) == (404, code)
    assert "nope" in refused.json()["detail"].lower().replace("/", "")


def test_a_job_whose_runs_may_outlast_its_interval_is_refused_by_its_field(engine: Running) -> None:
    job = {"id": "long", "kind": "health", "interval_ms": 10_000, "timeout_ms": 60_000}
    refused = post(engine, "/jobs", job)
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
    assert "timeout_ms" in refused.json()["detail"]
    assert engine.get("/jobs/long").status_code == 404


@pytest.mark.parametrize(
    "arguments",
    [
        ("refresh", "crypto:NOPE"),
        ("jobs", "restart", "NOPE"),
        ("jobs", "remove", "NOPE"),
        ("breakers", "open", "NOPE"),
    ],
)
def test_a_command_about_what_is_not_there_fails_and_names_it(
    engine: Running, arguments: tuple[str, ...]
) -> None:
    refused = ordered(engine, *arguments)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "NOPE" in refused.stderr


def test_a_read_only_engine_refuses_each_order_over_http_and_by_command(tmp_path: Path) -> None:
    data = str(tmp_path / "d")
    with served(tmp_path, "--demo", "--serve", "--read-only", "--port", "0", "--data-dir", data) as engine:
        wait_for(lambda: engine.get(f"/jobs/{JOB}").status_code == 200)
        for path in (
            "/refresh",
            f"/jobs/{JOB}/restart",
            f"/jobs/{JOB}/resume",
            f"/breakers/{BREAKER}/reset",
            "/feeds/binance/restart",
            "/stop",
        ):
            refused = post(engine, path)
            assert (refused.status_code, refused.json()["code"]) == (403, "read_only"), path
        for arguments in (("refresh",), ("jobs", "pause", JOB), ("breakers", "open", BREAKER), ("stop",)):
            assert ordered(engine, *arguments).returncode == 77, arguments
        assert ordered(engine, "status").returncode == 0
