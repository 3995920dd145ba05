"""What a headless engine must not load."""

import subprocess
import sys

import pytest

HEAVY = ("textual", "rich", "pandas", "numpy", "talib", "exchange_calendars", "plotext", "prometheus_client")


@pytest.mark.parametrize(
    "module", ["rtp_tui.server.app", "rtp_tui.api.remote", "rtp_tui.api.wire", "rtp_tui.net.http"]
)
def test_serving_loads_neither_the_console_nor_the_heavy_libraries(module: str) -> None:
    script = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
