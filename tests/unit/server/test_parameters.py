"""The spellings of the query string."""

import msgspec
import pytest

from rtp_tui.model.errors import BadRequest, UnknownInstrument
from rtp_tui.processing.bar_grid import TIMEFRAMES_MS
from rtp_tui.server import parameters
from tests.factories import an_instrument

INSTRUMENTS = {
    one.id: one
    for one in map(an_instrument, ("crypto:BTC", "stocks:AAPL", "crypto:UNI", "stocks:UNI", "fx:USDCOP"))
}


@pytest.mark.parametrize(
    ("text", "moment_ms"),
    [
        ("1732222222123", 1_732_222_222_123),
        ("2024-11-21", 1_732_147_200_000),
        ("2024-11-21T12:00:00Z", 1_732_190_400_000),
        ("2024-11-21T12:00:00.250+02:00", 1_732_183_200_250),
        ("2024-11-21T12:00:00 02:00", 1_732_183_200_000),
        ("2024-11-21 12:00", 1_732_190_400_000),
    ],
)
def test_moments_are_milliseconds_dates_or_rfc_3339(text: str, moment_ms: int) -> None:
    assert parameters.moment_ms(text) == moment_ms


@pytest.mark.parametrize("text", ["yesterday", "2024-13-01", "1e99", "9" * 30, ""])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        parameters.moment_ms(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("1m", "1m"), ("1T", "1m"), ("5T", "5m"), ("15min", "15m"), ("1H", "1h"), ("1D", "1d"), ("1W", "1w")],
)
def test_timeframes_have_several_spellings(text: str, meant: str) -> None:
    assert parameters.timeframe(text) == meant


@pytest.mark.parametrize("text", ["", "m", "1", "1M", "1x", "-1m", "1 m"])
def test_what_is_no_timeframe_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        parameters.timeframe(text)


@pytest.mark.parametrize("text", ["0", "10001", "-1", "many", ""])
def test_limits_have_bounds(text: str) -> None:
    with pytest.raises(BadRequest):
        parameters.limit(text)


def test_a_bare_symbol_is_accepted_where_only_one_instrument_has_it() -> None:
    assert parameters.instrument("stocks:UNI", INSTRUMENTS).id == "stocks:UNI"
    assert parameters.instrument("btc", INSTRUMENTS).id == "crypto:BTC"
    with pytest.raises(BadRequest, match="crypto:UNI, stocks:UNI"):
        parameters.instrument("UNI", INSTRUMENTS)
    with pytest.raises(UnknownInstrument):
        parameters.instrument("DOGE", INSTRUMENTS)


def test_a_moment_and_an_instrument_may_be_left_out_or_empty() -> None:
    given = {"start": "1500", "end": "", "instrument": "btc"}
    assert parameters.moment_in(given, "start") == 1500
    assert parameters.moment_in(given, "end") is parameters.moment_in(given, "since") is None
    assert parameters.instrument_in(given, INSTRUMENTS) == "crypto:BTC"
    assert parameters.instrument_in({"instrument": ""}, INSTRUMENTS) is None
    assert parameters.instrument_in({}, INSTRUMENTS) is None


def test_a_moment_that_is_none_is_refused_by_the_name_of_its_parameter() -> None:
    with pytest.raises(BadRequest, match=r"^end: not a moment: 'soon'"):
        parameters.moment_in({"start": "0", "end": "soon"}, "end")


def test_the_timeframes_that_are_described_are_those_that_are_served() -> None:
    described = msgspec.json.Decoder(parameters.Timeframe)
    for text in ("1m", "1T", "1min", "5T", "15m", "1H", "1d"):
        assert parameters.timeframe(described.decode(f'"{text}"')) in ("1m", *TIMEFRAMES_MS)
    for text in ("7m", "1w", "2h", "9999w"):
        with pytest.raises(msgspec.ValidationError):
            described.decode(f'"{text}"')
