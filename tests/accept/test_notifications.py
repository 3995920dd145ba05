"""Notifications of the real program: told once, whatever dies in between."""

import json
import re
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.accept.ports import free_port
from tests.accept.receivers import Reply, WebReceiver, silent_server, web_receiver
from tests.accept.running import PATIENCE_S, Running, ordered, served, wait_for

pytestmark = pytest.mark.accept

SIGKILL = 9
RULE = """
[[alert_rules]]
id = "btc"
condition = "crypto:BTC price > 1"
severity = "critical"
"""


def configured(home: Path, **urls: str) -> Path:
    """A configuration with a webhook at each URL, and a rule that fires at once."""
    home.mkdir(parents=True, exist_ok=True)
    tables = [
        f'[channels.{name}]\nkind = "webhook"\nurl = "{url}"\ntimeout = "2s"\nseverity = "critical"\n'
        for name, url in urls.items()
    ]
    file = home / "config.toml"
    file.write_text("\n".join(tables) + RULE)
    return file


def an_engine(home: Path, config: Path, directory: Path) -> Any:
    arguments = ("--demo", "--serve", "--port", "0", "--data-dir", str(directory), "--config", str(config))
    return served(home, *arguments)


def told(receiver: WebReceiver) -> list[str]:
    return [json.loads(body)["key"] for _, _, body in receiver.heard]


def channel(engine: Running, name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = engine.get("/channels").json()["channels"]
    return next(one for one in found if one["name"] == name)


def stored(directory: Path) -> dict[tuple[str, str], str]:
    with sqlite3.connect(directory / "history.db") as connection:
        rows = connection.execute("SELECT channel, key, state FROM outbox").fetchall()
    return {(one[0], one[1]): one[2] for one in rows}


def eventually(condition: Callable[[], object]) -> None:
    wait_for(condition)


def test_what_fired_before_a_kill_is_told_after_it_once_and_under_the_same_key(tmp_path: Path) -> None:
    port, directory = free_port(), tmp_path / "d"
    config = configured(tmp_path, hook=f"http://127.0.0.1:{port}/hook")
    with an_engine(tmp_path / "1", config, directory) as engine:
        eventually(lambda: channel(engine, "hook")["failed"])
        [alert] = [one for one in engine.get("/alerts").json()["alerts"] if one["rule"] == "btc"]
        engine.process.send_signal(SIGKILL)
        engine.process.wait()
    assert stored(directory)["hook", f"fired-{alert['id']}"] == "waiting"

    with web_receiver(port) as receiver, an_engine(tmp_path / "2", config, directory) as engine:
        eventually(lambda: f"fired-{alert['id']}" in told(receiver))
        eventually(lambda: stored(directory)["hook", f"fired-{alert['id']}"] == "sent")
        time.sleep(1.0)

        assert told(receiver).count(f"fired-{alert['id']}") == 1


def test_a_delivery_in_flight_when_it_is_killed_is_repeated_and_nothing_else_is(tmp_path: Path) -> None:
    directory = tmp_path / "d"
    with web_receiver() as receiver:
        config = configured(tmp_path, hook=receiver.url)
        with an_engine(tmp_path / "1", config, directory) as engine:
            eventually(lambda: told(receiver))
            eventually(lambda: "sent" in stored(directory).values())
            receiver.script.append(Reply(hangs=True))
            saved = engine_post(
                engine,
                "/alert-rules",
                {"id": "eth", "condition": "crypto:ETH price > 1", "severity": "critical"},
            )
            assert saved.status_code == 201
            eventually(lambda: not receiver.script)
            engine.process.send_signal(SIGKILL)
            engine.process.wait()
        receiver.is_over.set()
        eventually(lambda: len(told(receiver)) >= 2)
        before = told(receiver)
        with an_engine(tmp_path / "2", config, directory):
            eventually(lambda: len(told(receiver)) > len(before))
            time.sleep(1.0)
            after = told(receiver)

    assert after[: len(before)] == before
    assert after[len(before)] == before[-1]
    assert len(set(before)) == len(before)
    assert after.count(before[0]) == 1


def test_a_channel_that_hangs_keeps_no_other_waiting(tmp_path: Path) -> None:
    with silent_server() as port, web_receiver() as receiver:
        config = configured(tmp_path, dead=f"http://127.0.0.1:{port}/hook", hook=receiver.url)
        with an_engine(tmp_path / "1", config, tmp_path / "d") as engine:
            eventually(lambda: told(receiver))
            eventually(lambda: channel(engine, "dead")["failed"])

            assert channel(engine, "hook")["state"] == "ready"
            assert channel(engine, "dead")["state"] == "failing"
            assert (
                "took longer" in channel(engine, "dead")["last_error"]
                or "no end" in channel(engine, "dead")["last_error"]
            )
            assert "notify/dead" in {one["name"] for one in engine.get("/breakers").json()["breakers"]}


def test_channels_are_tested_and_dead_letters_sent_again_by_command(tmp_path: Path) -> None:
    with web_receiver() as receiver:
        config = configured(tmp_path / "1", hook=receiver.url)
        receiver.script.append(Reply(404, body=b"gone"))
        with an_engine(tmp_path / "1", config, tmp_path / "1" / "d") as engine:
            eventually(lambda: channel(engine, "hook")["dead"] == 1)

            listed = ordered(engine, "alerts", "channels")
            assert "hook" in listed.stdout
            assert "127.0.0.1 answers 404: gone" in ordered(engine, "alerts", "dead").stdout
            tested = ordered(engine, "alerts", "test")
            assert (tested.returncode, "ok" in tested.stdout) == (0, True), tested
            receiver.script.append(Reply(500))
            assert ordered(engine, "alerts", "test", "hook").returncode == 1
            unknown = ordered(engine, "alerts", "test", "hok")
            assert unknown.returncode == 1
            assert 'did you mean "hook"?' in unknown.stderr
            again = ordered(engine, "alerts", "dead", "--retry")
            assert "1 letter is sent again" in again.stdout
            eventually(lambda: channel(engine, "hook")["sent"] == 1)

            muted = ordered(engine, "alerts", "mute", "--for", "72h").stdout
            assert re.match(r"muted until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC by ", muted), muted
            assert engine.get("/channels").json()["mute"]["who"]
            assert ordered(engine, "alerts", "unmute").returncode == 0
            assert engine.get("/channels").json()["mute"] is None


def engine_post(engine: Running, path: str, body: dict[str, object]) -> httpx.Response:
    return httpx.post(engine.url + path, json=body, timeout=PATIENCE_S)
