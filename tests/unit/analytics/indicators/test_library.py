"""The library of indicators, which is loaded when it is first needed."""

import subprocess
import sys

TWO_AT_ONCE = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from rtp_tui.analytics.indicators.catalogue import indicator
from rtp_tui.analytics.indicators.library import Library

together = Barrier(4)

def prepare(name):
    together.wait()
    return Library().prepared(indicator(name))

with ThreadPoolExecutor(4) as threads:
    assert len(list(threads.map(prepare, ["rsi(14)", "ema(9)", "sma(5)", "atr(14)"]))) == 4
import sys
assert "pandas" not in sys.modules, "it was loaded, or is hidden for ever"
"""


def test_threads_that_need_it_at_once_get_it_and_leave_nothing_hidden() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", TWO_AT_ONCE], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
