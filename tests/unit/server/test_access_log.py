"""The log of requests: what a line holds, and what happens where none can be written."""

import re
from pathlib import Path

import pytest

from rtp_tui.server import access_log
from rtp_tui.server.access_log import FILES_KEPT, AccessLog
from tests.fakes import FakeClock
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.serving import serving
from tests.unit.server.asking import asking

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z 127\.0\.0\.1 - (.*) \d+\.\dms")


def logged(path: Path) -> list[str]:
    """What the lines say between the name and the time that it took."""
    found = [LINE.fullmatch(line) for line in path.read_text().splitlines()]
    assert all(found)
    return [line[1] for line in found if line]


async def test_a_request_is_a_line_without_its_query(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    async with asking(ScriptedPipeline(), access_log=str(path)) as client:
        reply = await client.get("/livez", {"verbose": "true"})
        await client.get("/no%20where%1B%5B2J")

    found, missing = logged(path)
    assert found == f"GET /livez 200 {len(reply.body)}"
    assert re.fullmatch(r"GET /no%20where%1B%5B2J 404 \d+", missing)
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_websocket_is_a_line_when_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    async with serving(ScriptedPipeline(a_snapshot()), access_log=str(path)) as running, running.client():
        pass

    assert logged(path) == ["WEBSOCKET /ws 101 0"]


async def test_a_log_that_cannot_be_written_disturbs_nobody_and_is_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(ScriptedPipeline(), access_log=str(tmp_path)) as running:
        log = running.server._gate.access_log
        log.note("first")
        log.write()
        log.note("second")
        log.write()

        assert running.server.status().unlogged_requests == 2
    assert [record.message for record in caplog.records].count(
        f"access_log {tmp_path} cannot be written: Is a directory"
    ) == 1


def test_a_full_file_is_begun_anew_and_a_few_older_ones_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_log, "MAX_BYTES", 10)
    log = AccessLog(str(tmp_path / "a.log"), FakeClock())
    for number in range(FILES_KEPT + 3):
        log.note(f"line {number}")
        log.write()

    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["a.log", *(f"a.log.{number}" for number in range(1, FILES_KEPT + 1))]
    assert (tmp_path / "a.log").read_text() == f"line {FILES_KEPT + 2}\n"
    assert (tmp_path / "a.log.1").read_text() == f"line {FILES_KEPT + 1}\n"


def test_lines_that_wait_are_bounded_and_the_rest_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_log, "MOST_WAITING", 2)
    log = AccessLog(str(tmp_path / "a.log"), FakeClock())
    for number in range(5):
        log.note(str(number))
    log.write()

    assert (tmp_path / "a.log").read_text() == "0\n1\n"
    assert log.lost == 3


def test_without_a_file_nothing_is_kept() -> None:
    log = AccessLog("", FakeClock())
    log.note("line")
    log.write()

    assert (log.lost, len(log._waiting)) == (0, 0)
