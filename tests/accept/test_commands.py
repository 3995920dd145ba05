"""The commands that ask a running engine, in processes of their own."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accept.running import PATIENCE_S, RTP_TUI, Running, clean_environment, ordered, served, wait_for

pytestmark = pytest.mark.accept


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("demo")
    with served(home, "--demo", "--serve", "--port", "0", "--data-dir", str(home / "d")) as running:
        wait_for(lambda: running.get("/health").json()["score"])
        yield running


def output(engine: Running, *arguments: str) -> str:
    ended = ordered(engine, *arguments)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def test_the_status_names_the_engine_and_its_health(demo: Running) -> None:
    shown = output(demo, "status")

    assert demo.url in shown
    assert "71 symbols priced" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize("command", ["status", "stats"])
def test_json_is_the_engines_own_answer(demo: Running, command: str) -> None:
    assert json.loads(output(demo, command, "--json")).keys() == demo.get(f"/{command}").json().keys()


def test_counters_are_listed_by_name(demo: Running) -> None:
    assert "ticks.accepted" in output(demo, "stats")


def test_watching_once_prints_every_instrument(demo: Running) -> None:
    assert len(output(demo, "watch", "--once").splitlines()) == 71
    assert json.loads(output(demo, "watch", "--once", "--json", "BTC"))["id"] == "crypto:BTC"


def test_watching_goes_on_until_interrupted(demo: Running) -> None:
    home = demo.log.parent
    watching = subprocess.Popen(
        [*RTP_TUI, "watch", "crypto:*", "--json", "--data-dir", str(home / "d")],
        env=clean_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert watching.stdout is not None
    quotes = [json.loads(watching.stdout.readline()) for _ in range(200)]
    watching.send_signal(signal.SIGINT)
    _, said = watching.communicate(timeout=PATIENCE_S)

    assert watching.returncode == 130
    assert said.strip() == ""
    assert {quote["id"].partition(":")[0] for quote in quotes} == {"crypto"}
    assert len({quote["price"] for quote in quotes if quote["id"] == "crypto:BTC"}) > 1


def test_a_reader_that_leaves_ends_the_watch_quietly(demo: Running) -> None:
    home = demo.log.parent
    line = " ".join([*RTP_TUI, "watch", "--data-dir", str(home / "d")])
    ended = subprocess.run(
        ["bash", "-c", f"{line} | head -2"],
        env=clean_environment(home),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert len(ended.stdout.splitlines()) == 2
    assert ended.stderr == ""


def test_what_the_engine_does_not_know_is_told(demo: Running) -> None:
    for command in (("watch", "crypto:NOPE"), ("watch", "--once", "NOPE"), ("refresh", "NOPE")):
        ended = ordered(demo, *command)
        assert ended.returncode == 1
        assert "NOPE" in ended.stderr


def test_the_pipeline_stops_and_starts(demo: Running) -> None:
    output(demo, "stop")
    assert json.loads(output(demo, "status", "--json"))["pipeline"]["state"] == "stopped"
    output(demo, "start")
    assert json.loads(output(demo, "status", "--json"))["pipeline"]["state"] == "running"
    output(demo, "restart")
    assert output(demo, "refresh", "BTC").startswith("fetched 1 of 1")


def test_stopping_the_server_ends_its_process_and_a_watch(tmp_path: Path) -> None:
    with served(tmp_path, "--demo", "--serve", "--port", "0", "--data-dir", str(tmp_path / "d")) as engine:
        watching = subprocess.Popen(
            [*RTP_TUI, "watch", "--data-dir", str(tmp_path / "d")],
            env=clean_environment(tmp_path),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_for(lambda: engine.get("/status").json()["clients"] == 1)
        output(engine, "stop", "--server")

        assert engine.process.wait(PATIENCE_S) == 0
        _, said = watching.communicate(timeout=PATIENCE_S)
        assert watching.returncode == 69
        assert "closed with 1001" in said
        assert ordered(engine, "status").returncode == 69


def test_a_demo_leaves_nothing_behind(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    home = tmp_path / "home"
    with (tmp_path / "said").open("w") as said:
        process = subprocess.Popen(
            [*RTP_TUI, "--demo", "--serve", "--port", "0"],
            env={**clean_environment(home), "TMPDIR": str(temporary)},
            stderr=said,
        )
    try:
        wait_for(lambda: "listening on" in (tmp_path / "said").read_text())
        assert len(list(temporary.iterdir())) == 1
    finally:
        process.terminate()
    assert process.wait(PATIENCE_S) == 0
    assert list(temporary.iterdir()) == []
    assert not home.exists()


@pytest.mark.parametrize("after_s", [0.25, 0.5])
def test_a_demo_that_is_ended_while_it_starts_leaves_nothing_behind(tmp_path: Path, after_s: float) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    process = subprocess.Popen(
        [*RTP_TUI, "--demo", "--serve", "--port", "0"],
        env={**clean_environment(tmp_path / "home"), "TMPDIR": str(temporary)},
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: list(temporary.iterdir()))
    time.sleep(after_s)
    process.terminate()

    assert process.wait(PATIENCE_S) == 0
    assert list(temporary.iterdir()) == []
