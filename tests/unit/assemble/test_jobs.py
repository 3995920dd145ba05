"""The jobs of an engine that is ready to run."""

from pathlib import Path

import pytest

from rtp_tui.assemble.engine import assembled
from rtp_tui.config.settings import FeatureSettings, Settings
from rtp_tui.scheduling.settings import JobSettings
from tests.fakes import FakeClock

HEALTH = JobSettings(id="health", kind="health", interval_ms=60_000)


@pytest.mark.parametrize(("runs_jobs", "known"), [(True, {"health"}), (False, set())])
async def test_jobs_are_known_before_the_first_of_them_runs(
    tmp_path: Path, runs_jobs: bool, known: set[str]
) -> None:
    """Whoever asks as soon as the server listens is told of each, and of none where none would ever run."""
    features = FeatureSettings(streaming=False, server=False, scheduler=runs_jobs)
    settings = Settings(data_dir=str(tmp_path), features=features, jobs=(HEALTH,))
    async with assembled(settings, FakeClock()) as engine:
        assert known <= set(engine.pipeline.state.job.jobs)
        assert bool(engine.pipeline.state.job.jobs) is runs_jobs
