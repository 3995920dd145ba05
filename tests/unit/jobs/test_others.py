"""Kinds that compose one room each."""

from collections.abc import Callable
from pathlib import Path

from rtp_tui.jobs.backup import KEPT, BackupJob
from rtp_tui.jobs.cleanup import CleanupJob
from rtp_tui.jobs.repair import RepairJob
from rtp_tui.model.jobs import Progress
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.storage.memory import Memory, MemoryHistory
from rtp_tui.storage.trimmed import Trimmed
from tests.fake_recorder import FakeRecorder
from tests.fakes import FakeClock

JOB = JobSettings(id="some-job")
Report = Callable[[Progress], None]


def ignore(progress: Progress) -> None:
    pass


class TrimmedRecorder(FakeRecorder):
    """Remembers that it was trimmed."""

    trims = 0

    async def trim(self) -> Trimmed:
        self.trims += 1
        return Trimmed({"ticks": 7, "bars": 3})


class CopiedHistory(MemoryHistory):
    """Writes an empty file as its copy."""

    async def back_up(self, target: Path) -> int:
        await super().newest_quotes()
        write(target)
        return 0


def write(target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(b"")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_cleanup_trims_the_history_and_says_what_went() -> None:
    recorder = TrimmedRecorder()

    told: list[str] = []

    await CleanupJob(recorder, told.append).run(JOB, ignore)

    assert recorder.trims == 1
    assert told == ["deleted 3 of bars, 7 of ticks"]


async def test_backups_are_named_by_their_moment_and_the_newest_seven_kept_with_their_configuration(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    configuration = tmp_path / "config.toml"
    write(configuration)
    job = BackupJob(CopiedHistory(Memory()), tmp_path / "backups", configuration, clock)
    for _ in range(KEPT + 2):
        await job.run(JOB, ignore)
        await clock.advance(3600)

    kept = names(tmp_path / "backups")
    assert len(kept) == 2 * KEPT
    assert kept[-2:] == ["history-20260921-221320.config.toml", "history-20260921-221320.db"]


async def test_a_repair_tells_how_many_gaps_its_sweep_found() -> None:
    async def sweep() -> int:
        return 3

    assert await RepairJob(sweep).run(JOB, ignore) == Progress(3, 3)
