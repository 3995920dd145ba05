"""A venue that sends everything a wire can carry: what is good is kept exactly, the rest is counted by its reason."""

import json
import math
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.accept.attacks import ATTACKS, MARK, assert_clean, without_bells
from tests.accept.bad_frames import SYMBOLS, Outcome, Trade, outcome_of, session
from tests.accept.greeter import GREETINGS, greeting_with
from tests.accept.hostile_venue import hostile_venue
from tests.accept.running import PATIENCE_S, RTP_TUI, Running, clean_environment, served, wait_for
from tests.accept.terminal import terminal

pytestmark = pytest.mark.accept

MARKUP_NAME = "[red]Name[/] [@click=app.quit]x[/] [/"


@dataclass(frozen=True)
class Judged:
    """An engine that heard the whole session, and what it must say of it."""

    engine: Running
    home: Path
    outcome: Outcome


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    home = tmp_path_factory.mktemp("hostile")
    end_ms = time.time_ns() // 1_000_000
    outcome = outcome_of(session(end_ms))
    config = home / "config.toml"
    with hostile_venue(end_ms) as port:
        config.write_text(configuration(port))
        arguments = ("--serve", "--port", "0", "--config", str(config), "--data-dir", str(home / "d"))
        with served(home, *arguments) as engine:
            bad = sum(count for reason, count in outcome.bad.items() if reason)
            wait_for(lambda: heard(engine) >= outcome.ticks and refused(engine) >= bad)
            wait_for(lambda: strictly(engine, "/health")["score"] is not None)
            yield Judged(engine, home, outcome)
            assert engine.end() == 0
            assert "Traceback" not in engine.said


def configuration(port: int) -> str:
    tables = [
        "[sources.binance]",
        f'ws_url = "ws://127.0.0.1:{port}"',
        f'rest_url = "http://127.0.0.1:{port}"',
    ]
    for symbol in SYMBOLS:
        tables += ["[[instruments]]", f'id = "crypto:{symbol[:3]}"', f'feeds = ["binance:{symbol}"]']
        tables += [f'name = "{MARKUP_NAME}"']
    return "\n".join(tables)


def heard(engine: Running) -> int:
    return int(strictly(engine, "/stats")["ticks"]["received"])


def refused(engine: Running) -> int:
    """Frames that gave nothing: of each feed too, which says it once a second."""
    told = [strictly(engine, "/stats"), *strictly(engine, "/feeds")["feeds"]]
    return min(int(sum(one["bad_frames"].values())) for one in told)


def strictly(engine: Running, path: str) -> Any:
    """An answer in which every number is one."""
    answer = engine.get(path)
    assert answer.status_code == 200, answer.text
    read = json.loads(answer.text, parse_constant=_refuse)
    assert all(map(math.isfinite, _numbers(read)))
    return read


def _refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} in an answer")


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, dict):
        for element in value.values():
            yield from _numbers(element)
    elif isinstance(value, list):
        for element in value:
            yield from _numbers(element)
    elif isinstance(value, float | int):
        yield value


def key(trade: Trade) -> tuple[int, int]:
    return trade.ms, trade.number


def bars_from(trades: list[Trade]) -> list[dict[str, object]]:
    minutes = groupby(sorted(trades, key=key), lambda trade: trade.ms // 60_000 * 60_000)
    return [_bar(open_ms, list(inside)) for open_ms, inside in minutes]


def _bar(open_ms: int, inside: list[Trade]) -> dict[str, object]:
    prices = [trade.price for trade in inside]
    return {
        "open_ms": open_ms,
        "open": prices[0],
        "high": max(prices),
        "low": min(prices),
        "close": prices[-1],
        "volume": pytest.approx(sum(trade.size for trade in inside), rel=1e-9),
        "trades": len(inside),
    }


def test_every_frame_that_gave_nothing_is_counted_by_its_reason(judged: Judged) -> None:
    expected = {reason: count for reason, count in judged.outcome.bad.items() if reason}

    assert strictly(judged.engine, "/stats")["bad_frames"] == expected
    for feed in strictly(judged.engine, "/feeds")["feeds"]:
        assert feed["bad_frames"] == expected


def test_every_observation_kept_out_is_counted_by_its_reason(judged: Judged) -> None:
    stats = strictly(judged.engine, "/stats")

    assert stats["ticks"]["rejected"] == judged.outcome.rejected
    assert stats["ticks"]["received"] == judged.outcome.ticks
    assert stats["bars_too_late"] == judged.outcome.too_late
    errors = strictly(judged.engine, "/status")["pipeline"]["stats"]["errors"]
    bad = sum(count for reason, count in judged.outcome.bad.items() if reason)
    assert errors == sum(judged.outcome.rejected.values()) + bad


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_bars_and_prices_of_the_good_trades_are_exactly_theirs(judged: Judged, symbol: str) -> None:
    trades = judged.outcome.trades[symbol]
    bars = strictly(judged.engine, f"/data/crypto:{symbol[:3]}?limit=1000")["bars"]
    quote = strictly(judged.engine, f"/market/latest/crypto:{symbol[:3]}")

    names = ("open_ms", "open", "high", "low", "close", "volume", "trades")
    assert [{name: bar[name] for name in names} for bar in bars] == bars_from(trades)
    assert any(bar["revision"] for bar in bars), "late trades revise bars that were closed"
    assert quote["price"] == max(trades, key=key).price
    assert (quote["bid"], quote["ask"]) == judged.outcome.books[symbol]


def test_nothing_was_restarted_and_the_feed_lives(judged: Judged) -> None:
    status = strictly(judged.engine, "/status")

    assert all((part["state"], part["restarts"]) == ("ok", 0) for part in status["parts"]), status["parts"]
    assert {feed["state"] for feed in status["feeds"]} == {"live"}
    assert {feed["reconnects"] for feed in status["feeds"]} == {1}
    assert len(strictly(judged.engine, "/market/latest")["quotes"]) == len(SYMBOLS)
    assert strictly(judged.engine, "/health")["score"] is not None


def test_no_page_shows_a_time_that_no_clock_has(judged: Judged) -> None:
    now_ms = time.time_ns() // 1_000_000
    for path in ("/feeds", "/market/latest", "/status"):
        assert all(abs(ms - now_ms) < 400 * 86_400_000 for ms in moments(strictly(judged.engine, path)))


def moments(value: object) -> Iterator[int]:
    """Every point in time of an answer."""
    if isinstance(value, list):
        for element in value:
            yield from moments(element)
    elif isinstance(value, dict):
        for name, element in value.items():
            if name in ("last_event_ms", "last_received_ms", "event_ms", "received_ms", "since_ms"):
                yield element
            else:
                yield from moments(element)


@pytest.mark.parametrize(
    "command",
    [
        ("status",), ("status", "--json"), ("stats",), ("stats", "--json"), ("watch", "--once"), ("watch", "--once", "--json"),
        ("refresh",), ("watch", "--once", ATTACKS[0].rstrip("\x00")), ("refresh", ATTACKS[3]),
    ],
)  # fmt: skip
def test_no_command_prints_what_was_injected(judged: Judged, command: tuple[str, ...]) -> None:
    ended = subprocess.run(
        [*RTP_TUI, *command, "--data-dir", str(judged.home / "d")],
        env=clean_environment(judged.home),
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert_clean(ended.stdout + ended.stderr)
    assert b"Traceback" not in ended.stderr


def test_watching_on_prints_nothing_that_was_injected(judged: Judged) -> None:
    with (
        (judged.home / "watched").open("wb") as printed,
        subprocess.Popen(
            [*RTP_TUI, "watch", "--data-dir", str(judged.home / "d")],
            env=clean_environment(judged.home),
            stdout=printed,
            stderr=printed,
        ) as watching,
    ):
        try:
            wait_for(lambda: b"crypto:AAA" in (judged.home / "watched").read_bytes())
            time.sleep(1)
        finally:
            watching.kill()
    assert_clean((judged.home / "watched").read_bytes())


def test_the_server_says_nothing_raw_on_stderr(judged: Judged) -> None:
    said = judged.engine.said

    assert MARK in said, "the venue's words are told"
    assert_clean(said.encode())


def test_nothing_that_was_injected_reaches_the_terminal_raw(judged: Judged) -> None:
    home = judged.home / "console"
    home.mkdir()
    with terminal([*RTP_TUI, "--connect", judged.engine.url], clean_environment(home)) as screen:
        screen.wait_for("AAA")
        for keys in ("1", "2", "3", "4", "5", "6", "\r", "\x1b", "?", "\x1b", "/", "[", "\x1b"):
            screen.send(keys)
            screen.settle()
        assert screen.process.poll() is None, screen.text
        assert screen.quit() == 0
        assert_clean(without_bells(screen.raw))


def test_nothing_that_was_injected_reaches_the_terminal_of_a_console_with_its_own_engine(
    tmp_path: Path,
) -> None:
    end_ms = time.time_ns() // 1_000_000
    config = tmp_path / "config.toml"
    with hostile_venue(end_ms) as port:
        config.write_text(configuration(port))
        arguments = ("--config", str(config), "--data-dir", str(tmp_path / "d"))
        with terminal([*RTP_TUI, *arguments], clean_environment(tmp_path), columns=200, rows=60) as screen:
            screen.wait_for("AAA")
            screen.wait_for("breaker open")
            screen.send("4")
            screen.send("\r")
            screen.wait_for(MARK)
            screen.send("\x1b")
            for keys in ("1", "2", "3", "4", "5", "6", "\r", "\x1b"):
                screen.send(keys)
                screen.settle()
            assert screen.quit() == 0
            assert_clean(without_bells(screen.raw))


@pytest.mark.parametrize("greeting", GREETINGS, ids=lambda greeting: repr(greeting)[:30])
def test_a_venue_that_greets_with_nonsense_is_tried_again_and_its_words_are_made_safe(
    greeting: bytes, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    with greeting_with(greeting) as (port, greeted):
        config.write_text(configuration(port))
        arguments = ("--serve", "--port", "0", "--config", str(config), "--data-dir", str(tmp_path / "d"))
        with served(tmp_path, *arguments) as engine:
            wait_for(lambda: [feed for feed in strictly(engine, "/feeds")["feeds"] if feed["error"]])
            feed = strictly(engine, "/feeds")["feeds"][0]
            assert feed["state"] == "reconnecting"
            assert feed["error"].isprintable()
            assert greeted
            assert strictly(engine, "/livez")
            assert engine.end() == 0
            assert "Traceback" not in engine.said
            assert_clean(engine.said.encode())
