from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.sources.moments import Moment, rfc3339_ms, rfc3339_text, unix_ms


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


decode = msgspec.json.Decoder(Moment).decode
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2021-04-17T16:43:30.244Z", 1_618_677_810_244),
        ("2021-04-17T16:43:30.2440Z", 1_618_677_810_244),
        ("2021-04-17T16:43:30.24407Z", 1_618_677_810_244),
        ("2021-04-17T16:43:30.244999Z", 1_618_677_810_244),
        ("2026-08-09T21:05:48.2285688Z", 1_786_309_548_228),
        ("2026-08-09T21:05:48.22856880Z", 1_786_309_548_228),
        ("2026-08-09T21:05:48.228568804Z", 1_786_309_548_228),
        ("2021-04-17T16:43:30Z", 1_618_677_810_000),
        ("1969-12-31T23:59:59.999Z", -1),
    ],
)
def test_a_field_of_a_frame_is_read_as_every_recorded_form_of_a_time(text: str, at_ms: int) -> None:
    assert unix_ms(decode(f'"{text}"')) == at_ms == rfc3339_ms(text)


@given(st.datetimes(timezones=ZONES | st.just(UTC), allow_imaginary=False))
def test_a_field_of_a_frame_is_the_moment_that_was_written_cut_to_milliseconds(moment: datetime) -> None:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    assert unix_ms(decode(f'"{moment.isoformat()}"')) == since // timedelta(milliseconds=1)


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    st.integers(0, 999_999_999),
    st.integers(3, 9),
)
def test_digits_that_a_field_does_not_keep_are_rounded_to_the_nearest_microsecond(
    moment: datetime, nanoseconds: int, digits: int
) -> None:
    fraction = f"{nanoseconds:09}"[:digits]
    text = f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction}Z"
    rounded_us = (int(fraction.ljust(9, "0")) + 500) // 1000
    assert unix_ms(decode(f'"{text}"')) == rfc3339_ms(f"{moment:%Y-%m-%dT%H:%M:%S}Z") + rounded_us // 1000


@pytest.mark.parametrize(
    "text", ['""', '"2021-04-17"', '"2021-04-17T16:43:30"', '"1618677810"', "1618677810"]
)
def test_a_field_that_holds_no_time_with_a_zone_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(text)


def test_a_moment_is_written_to_the_second() -> None:
    assert rfc3339_text(1_618_677_810_999) == "2021-04-17T16:43:30Z"
