"""Incident bundles of the real program: of a console's own engine, of one that it is attached to, and by the command."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.accept.consoles import console
from tests.accept.running import PATIENCE_S, Running, ordered, served, wait_for
from tests.accept.terminal import Terminal

pytestmark = pytest.mark.accept

OF_AN_ENGINE = {
    "engine.json", "health.json", "feeds.json", "breakers.json", "jobs.json", "alerts.json", "measurements.json",
    "instruments.json", "quotes.csv", "events.jsonl", "bars.csv", "README.txt",
}  # fmt: skip
OF_A_CONSOLE = {"screen.svg", "screen.txt", "console.json", "timeline.csv", "commands.csv"}
SECRET = "hush-hush-0123456789abcdef"
CANNOT_CREATE, UNREACHABLE = 73, 69


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A demo that asks for a token, and knows a portfolio."""
    home = tmp_path_factory.mktemp("engine")
    tokens = home / "tokens"
    tokens.write_text(f"control {SECRET} desk\n")
    tokens.chmod(0o600)
    arguments = (
        "--demo",
        "--serve",
        "--port",
        "0",
        "--data-dir",
        str(home / "d"),
        "--token-file",
        str(tokens),
    )
    with served(home, *arguments) as running:
        headers = {"Authorization": f"Bearer {SECRET}"}
        with httpx.Client(base_url=running.url, headers=headers, timeout=PATIENCE_S) as asked:
            saved = asked.put("/portfolios/fortune", json={"positions": []})
            assert saved.status_code < 300, saved.text
            wait_for(lambda: asked.get("/data/crypto:BTC").json()["bars"])
            wait_for(lambda: asked.get("/health").json().get("parts"))
        yield running


def has_settled(screen: Terminal) -> bool:
    """There is a score, and a curve of minutes that were fetched."""
    row = next((line for line in screen.lines if "BTC " in line), "")
    return bool(re.search(r"health \d", screen.lines[0]) and set("▁▂▃▄▅▆▇█") & set(row))


def opened(path: Path) -> zipfile.ZipFile:
    bundle = zipfile.ZipFile(path)
    assert bundle.testzip() is None
    return bundle


def taken(screen: Terminal, exports: Path) -> zipfile.ZipFile:
    """Press the key and wait for what it writes."""
    screen.send("Z")
    wait_for(lambda: list(exports.glob("incident-*.zip")))
    screen.wait_for("kB in")
    (path,) = exports.glob("incident-*.zip")
    assert path.stat().st_mode & 0o777 == 0o600
    return opened(path)


def assert_whole(bundle: zipfile.ZipFile, members: set[str]) -> None:
    assert set(bundle.namelist()) == members
    quotes = list(csv.DictReader(io.StringIO(bundle.read("quotes.csv").decode())))
    assert any(row["instrument"] == "crypto:BTC" and float(row["price"]) > 1 for row in quotes)
    assert json.loads(bundle.read("health.json"))["health"]["parts"]
    events = [json.loads(line) for line in bundle.read("events.jsonl").splitlines()]
    assert {event["topic"] for event in events} >= {"part"}
    assert len(bundle.read("bars.csv").splitlines()) > 1
    assert "Missing" not in bundle.read("README.txt").decode()
    whole = b"".join(bundle.read(name) for name in bundle.namelist())
    assert SECRET.encode() not in whole
    assert b"fortune" not in whole


def test_a_console_with_its_own_engine_takes_a_bundle_in_one_key(tmp_path: Path) -> None:
    data = tmp_path / "d"
    with console(tmp_path, "--demo", "--data-dir", str(data), shows="BTC ") as screen:
        screen.wait_until(has_settled)
        bundle = taken(screen, data / "exports")
        assert_whole(bundle, OF_AN_ENGINE | OF_A_CONSOLE)
        assert "BTC" in bundle.read("screen.txt").decode()
        assert bundle.read("screen.svg").startswith(b"<svg")


def test_an_attached_console_takes_one_of_the_engine_onto_its_own_machine(
    engine: Running, tmp_path: Path
) -> None:
    tokens = engine.log.parent / "tokens"
    exports = tmp_path / ".local" / "state" / "rtp-tui" / "exports"
    arguments = ("--connect", engine.url, "--token-file", str(tokens), "--read-only")
    with console(tmp_path, *arguments, shows="BTC ") as screen:
        bundle = taken(screen, exports)
        assert_whole(bundle, OF_AN_ENGINE | OF_A_CONSOLE)
        assert json.loads(bundle.read("console.json"))["local"] is False


def test_the_command_takes_the_same_without_a_screen(engine: Running, tmp_path: Path) -> None:
    target, tokens = tmp_path / "what.zip", engine.log.parent / "tokens"
    asked = ("incident", "--token-file", str(tokens), "--output", str(target))
    done = ordered(engine, *asked)
    assert done.returncode == 0, done.stderr
    bundle = opened(target)
    assert_whole(bundle, OF_AN_ENGINE)
    engine_json = json.loads(bundle.read("engine.json"))["engine"]
    assert len(engine_json["configuration"]) == 12
    assert ordered(engine, *asked).returncode == CANNOT_CREATE
    assert ordered(engine, *asked, "--port", "1", "--force").returncode == UNREACHABLE
