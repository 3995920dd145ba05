"""Durations and sizes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.config.units import duration_ms, duration_text, size_bytes, size_text


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("500ms", 500),
        ("30s", 30_000),
        ("5m", 300_000),
        ("1h", 3_600_000),
        ("7d", 604_800_000),
        ("2y", 63_072_000_000),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, ms: int) -> None:
    assert duration_ms(text) == ms


@pytest.mark.parametrize(
    "text", ["", "30", "-5m", "0s", "1.5h", "5 m", "5M", "٣s", "1e3s", "999999999999y", "5m30s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|range"):
        duration_ms(text)


def test_what_lasts_no_time_reads_back_where_that_is_allowed() -> None:
    assert (duration_text(0), size_text(0)) == ("0s", "0B")
    assert duration_ms("0s", least=0) == 0


@pytest.mark.parametrize(("text", "count"), [("500MB", 500_000_000), ("5GB", 5_000_000_000), ("1kB", 1000)])
def test_a_size_is_a_number_and_a_unit(text: str, count: int) -> None:
    assert size_bytes(text) == count


@pytest.mark.parametrize("text", ["5", "5G", "-1GB", "0MB", "5 GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"size|range"):
        size_bytes(text)


@given(st.integers(1, 999_999_999_999))
def test_what_is_written_reads_back(amount: int) -> None:
    assert duration_ms(duration_text(amount)) == amount
    assert size_bytes(size_text(amount)) == amount
