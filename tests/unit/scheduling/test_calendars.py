"""The part that keeps exchanges' sessions known."""

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
import pytest

from rtp_tui.scheduling.calendar_snapshot import (
    FORMAT,
    CalendarSnapshot,
    WrittenCalendar,
    WrittenSnapshot,
)
from rtp_tui.scheduling.calendars import BuildFailed, Calendars, is_due
from tests.fakes import FakeClock

DAY_MS = 86_400_000
DAY_S = 86_400.0


class Building:
    """A calendars part whose builder writes down that an exchange trades for so many days to come."""

    def __init__(
        self, path: Path, *names: str, days: int = 365, shared: Path | None = None, shares: bool = True
    ) -> None:
        self.clock = FakeClock()
        self.names = set(names)
        self.days = days
        self.built: list[tuple[str, ...]] = []
        self.used: list[CalendarSnapshot] = []
        self.problem: str | None = None
        self.path = path
        self.part = Calendars(
            path, lambda: self.names, self._build, self.used.append, self.clock, shared, shares=shares
        )

    async def _build(self, path: Path, names: Sequence[str]) -> None:
        self.built.append(tuple(names))
        if self.problem:
            raise BuildFailed(self.problem)
        self._write(path, names)

    def _write(self, path: Path, names: Sequence[str]) -> None:
        path.write_bytes(msgspec.json.encode(snapshot(self.clock.now_ms(), self.days, *names)))

    def leave(self, content: bytes) -> None:
        """Let a file be there already."""
        self.path.write_bytes(content)

    async def live(self, seconds: float) -> None:
        task = asyncio.ensure_future(self.part.run())
        await self.clock.advance(seconds)
        task.cancel()


def snapshot(now_ms: int, days: int, *names: str) -> WrittenSnapshot:
    calendar = WrittenCalendar(
        timezone="UTC",
        weekdays=(0, 1, 2, 3, 4),
        first_date=date(2026, 1, 1).toordinal(),
        last_date=date(2028, 1, 1).toordinal(),
        dates=[date(2026, 1, 1).toordinal()],
        opens_ms=[now_ms - DAY_MS],
        closes_ms=[now_ms + days * DAY_MS],
    )
    known = {name: calendar for name in names if name != "NOPE"}
    unknown = tuple(name for name in names if name == "NOPE")
    return WrittenSnapshot(format=FORMAT, library="4", built_ms=now_ms, calendars=known, unknown=unknown)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calendars.json"


async def test_it_is_built_on_first_start_and_used(path: Path) -> None:
    it = Building(path, "XNYS", "XBOM")

    await it.live(1)

    assert it.built == [("XBOM", "XNYS")]
    assert [used.names for used in it.used] == [{"XBOM", "XNYS"}]
    assert it.part.failure is None


async def test_a_later_start_reads_what_is_there(path: Path) -> None:
    await Building(path, "XNYS").live(1)
    it = Building(path, "XNYS")

    await it.live(3600)

    assert it.built == []
    assert len(it.used) == 1


async def test_it_is_built_anew_each_week(path: Path) -> None:
    it = Building(path, "XNYS")

    await it.live(22 * DAY_S)

    assert len(it.built) == 4


async def test_it_is_built_anew_each_day_while_its_end_is_near(path: Path) -> None:
    it = Building(path, "XBOM", days=20)

    await it.live(5.5 * DAY_S)

    assert len(it.built) == 6


async def test_it_is_built_anew_when_another_exchange_is_needed(path: Path) -> None:
    it = Building(path, "XNYS")
    await it.live(1)
    it.names.add("XTKS")

    await it.live(700)

    assert it.built == [("XNYS",), ("XNYS", "XTKS")]


async def test_a_name_that_the_library_does_not_know_is_not_asked_for_again_and_again(path: Path) -> None:
    it = Building(path, "XNYS", "NOPE")

    await it.live(DAY_S)

    assert len(it.built) == 1


async def test_nothing_is_built_where_no_exchange_is_needed(path: Path) -> None:
    it = Building(path)

    await it.live(DAY_S)

    assert it.built == []


async def test_a_build_that_fails_is_said_and_tried_again_while_what_was_known_stays(path: Path) -> None:
    it = Building(path, "XNYS")
    await it.live(1)
    it.problem = "no room\x1b[2J on the disk"

    await it.live(8 * DAY_S)

    assert it.part.failure is not None
    assert it.part.failure.startswith("no room")
    assert "\x1b" not in it.part.failure
    assert len(it.used) == 1
    assert 2 < len(it.built) < 200
    it.problem = None
    await it.live(700)
    assert it.part.failure is None
    assert len(it.used) == 2


@pytest.mark.parametrize("content", [b"", b"not json", b"{}", b"\x00" * 100])
async def test_a_file_that_is_no_snapshot_is_built_anew(path: Path, content: bytes) -> None:
    it = Building(path, "XNYS")
    it.leave(content)
    it.part.load()
    assert it.part.failure is not None

    await it.live(1)

    assert len(it.used) == 1
    assert it.part.failure is None


def test_a_snapshot_of_the_future_is_old() -> None:
    written = CalendarSnapshot(snapshot(100 * DAY_MS, 365, "XNYS"))

    assert not is_due(written, {"XNYS"}, 100 * DAY_MS)
    assert is_due(written, {"XNYS"}, 90 * DAY_MS)


# --- shared by the engines of a user


async def test_what_one_engine_had_built_another_begins_with(tmp_path: Path) -> None:
    shared = tmp_path / "cache" / "calendars.json"
    await Building(tmp_path / "one.json", "XNYS", shared=shared).live(1)
    it = Building(tmp_path / "two.json", "XNYS", shared=shared)

    it.part.load()
    await it.live(3600)

    assert it.built == []
    assert [used.names for used in it.used] == [{"XNYS"}]
    assert it.part.failure is None


async def test_an_engine_that_needs_more_has_it_built_and_shares_that(tmp_path: Path) -> None:
    shared = tmp_path / "calendars.json"
    await Building(tmp_path / "one.json", "XNYS", shared=shared).live(1)
    await Building(tmp_path / "two.json", "XBOM", "XNYS", shared=shared).live(1)
    it = Building(tmp_path / "three.json", "XBOM", shared=shared)
    await it.live(1)
    assert it.built == []


async def test_an_engine_that_shares_nothing_reads_and_leaves_nothing(tmp_path: Path) -> None:
    shared = tmp_path / "cache" / "calendars.json"
    it = Building(tmp_path / "one.json", "XNYS", shared=shared, shares=False)
    await it.live(1)
    assert it.built == [("XNYS",)]
    assert not shared.parent.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff" * 100])
async def test_a_shared_file_that_is_none_is_made_anew(tmp_path: Path, content: bytes) -> None:
    shared = tmp_path / "calendars.json"
    shared.write_bytes(content)
    it = Building(tmp_path / "one.json", "XNYS", shared=shared)
    await it.live(1)
    assert it.built == [("XNYS",)]
    assert shared.read_bytes() == (tmp_path / "one.json").read_bytes()


async def test_a_place_that_cannot_be_written_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    it = Building(tmp_path / "one.json", "XNYS", shared=tmp_path / "file" / "calendars.json")
    await it.live(1)
    assert [used.names for used in it.used] == [{"XNYS"}]
    assert it.part.failure is None
