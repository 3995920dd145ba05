"""The server of an engine, among its other parts."""

from pathlib import Path

from rtp_tui.assemble.engine import assembled
from rtp_tui.config.settings import FeatureSettings, Settings
from rtp_tui.server.settings import ServerSettings
from tests.fakes import FakeClock


async def test_the_server_begins_when_every_other_part_has(tmp_path: Path) -> None:
    """Its first answers would else lack the jobs, feeds and sessions that tell of themselves a moment later."""
    settings = Settings(
        data_dir=str(tmp_path), features=FeatureSettings(streaming=False), server=ServerSettings(enabled=True)
    )
    async with assembled(settings, FakeClock()) as engine:
        *others, last = engine.supervisor.names
        assert last == "server"
        assert engine.supervisor._parts["server"].after == tuple(others)
        assert {"jobs", "health", "calendars"} <= set(others)
