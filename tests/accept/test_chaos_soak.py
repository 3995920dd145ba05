"""A long life in half a minute: nothing of what came and went is left behind."""

from pathlib import Path

import pytest

from benchmarks.soak import COME_AND_GO, soak

pytestmark = pytest.mark.accept

TICKS, RECONNECTS, CLIENTS = 150_000, 20, 60


async def test_ticks_reconnects_and_clients_leave_nothing_behind(tmp_path: Path) -> None:
    found = await soak(tmp_path, TICKS, RECONNECTS, CLIENTS)
    print(found)
    assert found.growth_mb < 30, "a machine that does other things measures roughly"
    assert found.fds <= COME_AND_GO
    assert found.tasks <= COME_AND_GO
    assert found.failed_clients == 0
    assert found.dropped == 0
    assert found.reconnects > 0
