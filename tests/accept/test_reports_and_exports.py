"""Reports and exports of the real program: of a running engine, and of its data directory when it is over."""

import csv
import json
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from tests.accept.consoles import console
from tests.accept.running import PATIENCE_S, RTP_TUI, Running, clean_environment, ordered, served, wait_for

pytestmark = pytest.mark.accept

BTC = ("--instrument", "crypto:BTC")
FORMULA = '=HYPERLINK("http://x.invalid","{subject}")'
CANNOT_CREATE, INTERRUPTED, USAGE = 73, 130, 2
TICKS = 100_000
COPY_TICKS = """
INSERT INTO ticks (instrument_id, feed_id, kind, event_ms, received_ms, price, size, sequence, bid, ask, stored_ms)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
SELECT instrument_id, feed_id, kind, event_ms, received_ms, price, size, sequence, bid, ask, stored_ms
FROM (SELECT ticks.* FROM ticks JOIN instruments ON instruments.id = instrument_id AND name = 'crypto:BTC' LIMIT 1), numbers
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A demo with prices, bars and an alert whose message is a formula."""
    home = tmp_path_factory.mktemp("engine")
    with served(home, "--demo", "--serve", "--port", "0", "--data-dir", str(home / "d")) as running:
        body = {"id": "formula", "condition": "crypto:BTC price > 1", "message": FORMULA}
        assert httpx.post(f"{running.url}/alert-rules", json=body, timeout=PATIENCE_S).status_code == 201
        wait_for(lambda: fired(running))
        wait_for(lambda: rows_of(running, "ticks", "instrument=crypto:BTC"))
        wait_for(lambda: rows_of(running, "bars", "instrument=crypto:BTC"))
        yield running


@pytest.fixture(scope="module")
def day(engine: Running) -> str:
    """The day of the alert, which may be over by the time that somebody asks."""
    return f"{datetime.fromtimestamp(fired(engine)[0]['fired_ms'] / 1000, UTC):%Y-%m-%d}"


def fired(engine: Running) -> list[Any]:
    return [one for one in engine.get("/alerts?rule=formula").json()["alerts"] if one["fired_ms"]]


def rows_of(engine: Running, kind: str, asked: str = "") -> list[dict[str, str]]:
    answer = engine.get(f"/export/{kind}?{asked}")
    assert answer.headers["content-type"].startswith("text/csv"), answer.text
    return list(csv.DictReader(answer.text.splitlines()))


def home_of(engine: Running) -> Path:
    return engine.log.parent


def test_a_running_engine_reports_the_day_that_is(engine: Running) -> None:
    report = json.loads(ordered(engine, "report", "daily", "--format", "json").stdout)
    made = datetime.fromtimestamp(report["made_ms"] / 1000, UTC)
    assert (report["name"], report["is_over"]) == (f"{made:%Y-%m-%d}", False)


def test_a_running_engine_reports_a_day_in_every_form(engine: Running, day: str, tmp_path: Path) -> None:
    told = {
        form: ordered(engine, "report", "daily", "--date", day, "--format", form)
        for form in ("md", "html", "json")
    }
    assert {one.returncode for one in told.values()} == {0}
    report = json.loads(told["json"].stdout)
    assert report["name"] == day
    assert report["alerts"]["fired"] >= 1
    assert told["md"].stdout.startswith(f"# Day {report['name']}")
    assert told["html"].stdout.startswith("<!doctype html>")
    page = tmp_path / "week.html"
    assert ordered(engine, "report", "weekly", "--format", "html", "--output", str(page)).returncode == 0
    assert page.read_text().rstrip().endswith("</html>")


def test_a_day_on_which_nothing_ran_is_a_report_that_says_so(engine: Running) -> None:
    report = json.loads(ordered(engine, "report", "daily", "--date", "2020-02-02", "--format", "json").stdout)
    assert report["known_from_ms"] is None
    assert "nothing was counted" in report["not_known"][0]
    assert report["figures"]["ticks"] is None


def test_the_same_report_is_had_over_http(engine: Running) -> None:
    report = engine.get("/reports/daily")
    assert report.json()["period"] == "daily"
    assert engine.get("/reports/weekly?format=md").text.startswith("# Week ")
    page = engine.get("/reports/daily?format=html")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for asked in ("daily?format=pdf", "daily?date=soon", "daily?date=2199-01-01"):
        refused = engine.get(f"/reports/{asked}")
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_request"), asked


def test_rows_are_exported_in_every_form_and_are_the_same(engine: Running, tmp_path: Path) -> None:
    asked = "instrument=crypto:BTC"
    newest = wait_for(lambda: [rows for rows in (rows_of(engine, "ticks", asked),) if len(rows) > 50])[0][-1]
    # What was on its way at the end may be stored by now.
    end = str(int(newest["received_ms"]) - 2_000)
    wait_for(lambda: rows_of(engine, "ticks", f"{asked}&end={end}"))
    paths = {form: tmp_path / f"ticks.{form}" for form in ("csv", "parquet")}
    for form, path in paths.items():
        order = ("export", "ticks", *BTC, "--to", end, "--format", form, "--output", str(path))
        assert ordered(engine, *order).returncode == 0, form
        assert path.stat().st_mode & 0o777 == 0o600
    with paths["csv"].open(newline="") as file:
        read = [float(row["price"] or 0) for row in csv.DictReader(file)]
    lines = engine.get(f"/export/ticks?{asked}&end={end}&format=jsonl").text.splitlines()
    assert read
    assert read == [json.loads(line)["price"] or 0 for line in lines]
    assert read == [price or 0 for price in pq.read_table(paths["parquet"]).column("price").to_pylist()]


def test_bars_come_by_symbol_and_timeframe_to_standard_output(engine: Running) -> None:
    told = ordered(engine, "export", "bars", "--instrument", "BTC", "--timeframe", "5m", "--output", "-")
    rows = list(csv.DictReader(told.stdout.splitlines()))
    assert {(row["instrument"], row["timeframe"]) for row in rows} == {("crypto:BTC", "5m")}
    assert engine.get("/export/signals").text.startswith("id,")


def test_a_formula_in_a_message_is_harmless_in_csv_and_itself_in_json(
    engine: Running, tmp_path: Path
) -> None:
    formula = FORMULA.replace("{subject}", "crypto:BTC")
    assert ordered(engine, "export", "alerts", "--output", str(tmp_path / "a.csv")).returncode == 0
    with (tmp_path / "a.csv").open(newline="") as file:
        messages = {row["rule"]: row["message"] for row in csv.DictReader(file)}
    assert messages["formula"] == f"'{formula}"
    assert {row["rule"]: row["message"] for row in rows_of(engine, "alerts")} == messages
    lines = engine.get("/export/alerts?format=jsonl").text.splitlines()
    assert formula in {json.loads(line)["message"] for line in lines}


def test_an_existing_file_is_kept_unless_it_is_forced(engine: Running, tmp_path: Path) -> None:
    target = tmp_path / "alerts.csv"
    target.write_text("mine")
    refused = ordered(engine, "report", "daily", "--output", str(target))
    assert (refused.returncode, "--force" in refused.stderr) == (CANNOT_CREATE, True)
    assert target.read_text() == "mine"
    assert ordered(engine, "export", "alerts", "--force", "--output", str(target)).returncode == 0
    assert target.read_text().startswith("id,rule")


def test_a_path_that_cannot_be_written_is_named_and_nothing_is_left(engine: Running, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for path in (tmp_path / "none" / "a.csv", tmp_path / "link", Path("/dev/full")):
        refused = ordered(engine, "export", "alerts", "--force", "--output", str(path))
        assert refused.returncode in (CANNOT_CREATE, CANNOT_CREATE + 1), path
        assert str(path.parent) in refused.stderr
        assert "Traceback" not in refused.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link"]


def test_an_unknown_instrument_is_told_with_the_nearest(engine: Running, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    refused = ordered(engine, "export", "bars", "--instrument", "crypto:BTX", "--output", str(target))
    assert (refused.returncode, "nearest: crypto:BT" in refused.stderr) == (USAGE, True), refused.stderr
    assert not target.exists()
    problem = engine.get("/export/bars?instrument=crypto:BTX")
    assert (problem.status_code, problem.json()["code"]) == (404, "unknown_instrument")


def test_bad_questions_over_http_are_problems_and_no_path_is_taken(engine: Running, tmp_path: Path) -> None:
    for asked in (
        "bars",
        "bars?instrument=crypto:BTC&timeframe=7m",
        "alerts?format=parquet",
        "alerts?start=soon",
        "prices",
    ):
        refused = engine.get(f"/export/{asked}")
        assert refused.headers["content-type"] == "application/problem+json", asked
        assert 400 <= refused.status_code < 500
    target = tmp_path / "stolen.csv"
    engine.get(f"/export/alerts?output={target}")
    engine.get(f"/export/..%2f..%2f{target}")
    assert not target.exists()


def test_an_attached_console_exports_to_its_own_machine(engine: Running, tmp_path: Path) -> None:
    exports = tmp_path / ".local" / "state" / "rtp-tui" / "exports"
    with console(tmp_path, "--connect", engine.url, "--read-only", shows="BTC ") as screen:
        screen.send("1e")
        screen.wait_for("rows in")
    [path] = exports.iterdir()
    with path.open(newline="") as file:
        prices = {row["symbol"]: row["last"] for row in csv.DictReader(file)}
    assert float(prices["BTC"]) > 1


@pytest.fixture(scope="module")
def directory(engine: Running, day: str) -> Path:
    """What the engine left when it ended well, and many ticks more; asked for last."""
    assert engine.end() == 0
    directory = home_of(engine) / "d"
    with sqlite3.connect(directory / "history.db") as connection:
        connection.execute(COPY_TICKS, (TICKS,))
    connection.close()
    return directory


def test_its_directory_answers_when_it_is_over(
    engine: Running, directory: Path, day: str, tmp_path: Path
) -> None:
    report = ordered(engine, "report", "daily", "--date", day, "--format", "json")
    assert json.loads(report.stdout)["alerts"]["fired"] >= 1
    target = tmp_path / "bars.csv"
    assert ordered(engine, "export", "bars", *BTC, "--output", str(target)).returncode == 0
    assert len(target.read_text().splitlines()) > 1
    refused = ordered(engine, "export", "bars", "--instrument", "BTX", "--output", "-")
    assert (refused.returncode, "crypto:BT" in refused.stderr) == (USAGE, True)


def test_an_export_that_is_interrupted_leaves_no_part_of_a_file(
    engine: Running, directory: Path, tmp_path: Path
) -> None:
    target = tmp_path / "ticks.csv"
    process = subprocess.Popen(
        [*RTP_TUI, "export", "ticks", *BTC, "--output", str(target), "--data-dir", str(directory)],
        env=clean_environment(home_of(engine)),
        stderr=subprocess.PIPE,
        text=True,
    )
    partial = tmp_path / ".ticks.csv.partial"
    wait_for(lambda: partial.exists() and partial.stat().st_size > 0)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == INTERRUPTED, said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []
