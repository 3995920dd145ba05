from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.sources.moments import rfc3339_ms, rfc3339_text


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2021-04-17T16:43:30Z", 1_618_677_810_000),
        ("2021-04-17T16:43:30.2Z", 1_618_677_810_200),
        ("2021-04-17T16:43:30.24Z", 1_618_677_810_240),
        ("2021-04-17T16:43:30.244075Z", 1_618_677_810_244),
        ("2021-04-17T16:43:30.999999999Z", 1_618_677_810_999),
        ("2021-04-17T18:43:30.5+02:00", 1_618_677_810_500),
        ("2021-04-17t16:43:30z", 1_618_677_810_000),
    ],
)
def test_a_time_is_read_to_the_millisecond_whatever_its_digits(text: str, at_ms: int) -> None:
    assert rfc3339_ms(text) == at_ms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021-04-17",
        "2021-04-17T16:43:30",
        "2021-04-17T16:43:30.Z",
        "2021-04-17T16:43:30.0123456789Z",
        "2021-02-30T16:43:30Z",
        "2021-04-17T25:43:30Z",
        "２021-04-17T16:43:30Z",
        "2026-08-09 21:05:48.854840045 +0000 UTC m=+41691.26",
        "1618677810",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        rfc3339_ms(text)


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(min_value=0, max_value=9),
)
def test_digits_of_a_second_beyond_the_third_change_nothing(moment: datetime, digits: int) -> None:
    nanoseconds = f"{moment.microsecond:06}123"[:digits]
    text = moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{nanoseconds}" if nanoseconds else "") + "Z"
    cut = int(f"{nanoseconds:0<3}"[:3])
    assert rfc3339_ms(text) == int(moment.replace(microsecond=0).timestamp()) * 1000 + cut


def test_a_moment_is_written_to_the_second() -> None:
    assert rfc3339_text(1_618_677_810_999) == "2021-04-17T16:43:30Z"
