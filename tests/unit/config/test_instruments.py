"""What the fields of one table must be to each other."""

import pytest

from rtp_tui.config.instruments import check_together
from rtp_tui.scheduling.settings import JobSettings


def test_a_run_may_not_take_longer_than_the_time_between_two() -> None:
    check_together(JobSettings(id="j", interval_ms=10_000, timeout_ms=10_000))
    check_together(JobSettings(id="j", timeout_ms=60_000))
    with pytest.raises(ValueError, match="timeout is longer than interval"):
        check_together(JobSettings(id="j", interval_ms=10_000, timeout_ms=10_001))
