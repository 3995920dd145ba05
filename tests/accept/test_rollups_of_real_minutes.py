"""Rollups of recorded minutes, against what pandas makes of the same file."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd  # type: ignore[import-untyped]
import pytest

from rtp_tui.model.market import Bar
from rtp_tui.model.sessions import NOT_KNOWN, SessionSpans
from rtp_tui.processing.bar_grid import DAY_MS, TIMEFRAMES_MS, BarGrid
from rtp_tui.processing.rollup import rolled_up
from tests.accept.recordings import RECORDINGS
from tests.factories import a_bar

pytestmark = pytest.mark.accept

OHLC = ["open", "high", "low", "close"]
LEAN = ["day", "ms", *OHLC, "volume"]
RULES = {"5m": "5min", "15m": "15min", "1h": "1h", "1d": "1D"}
NEW_YORK = ZoneInfo("America/New_York")


def path_of(name: str) -> Path:
    path = RECORDINGS / "ohlcv" / name
    if not path.exists():
        pytest.skip(f"recorded minutes are absent ({path}); set RTP_RECORDINGS")
    return path


def lean(name: str, zone: str = "UTC") -> pd.DataFrame:
    """A file of days and of milliseconds since midnight."""
    rows = pd.read_csv(path_of(name), names=LEAN)
    local = pd.to_datetime(rows.pop("day").astype(str)) + pd.to_timedelta(rows.pop("ms"), unit="ms")
    rows.index = pd.DatetimeIndex(local).tz_localize(zone).tz_convert("UTC")
    return rows.sort_index()


def stamped(name: str) -> pd.DataFrame:
    rows = pd.read_csv(path_of(name), index_col="timestamp", parse_dates=True)
    rows.index = rows.index.tz_localize("UTC") if rows.index.tz is None else rows.index
    if "volume" not in rows:
        rows["volume"] = 0.0
    return rows.sort_index()


def freqtrade(name: str) -> pd.DataFrame:
    rows = pd.read_json(path_of(name))
    rows.columns = pd.Index(["at", *OHLC, "volume"])
    rows.index = pd.DatetimeIndex(pd.to_datetime(rows.pop("at"), unit="ms", utc=True))
    return rows.sort_index()


def bars_of(rows: pd.DataFrame) -> list[Bar]:
    return [
        a_bar(
            open_ms=int(at.timestamp() * 1000),
            **{name: float(getattr(row, name)) for name in (*OHLC, "volume")},
        )
        for at, row in zip(rows.index, rows.itertuples(), strict=True)
    ]


def by_pandas(rows: pd.DataFrame, rule: str, origin: str = "1970-01-01") -> pd.DataFrame:
    how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    buckets = (
        rows.resample(rule) if rule == "1D" else rows.resample(rule, origin=pd.Timestamp(origin, tz="UTC"))
    )
    return buckets.agg(how).dropna(subset=["open"])


def assert_same(bars: Sequence[Bar], expected: pd.DataFrame) -> None:
    assert [bar.open_ms for bar in bars] == [int(at.timestamp() * 1000) for at in expected.index]
    for name in OHLC:
        assert [getattr(bar, name) for bar in bars] == [float(value) for value in expected[name]]
    assert [bar.volume for bar in bars] == pytest.approx([float(value) for value in expected["volume"]])


ALL_DAY = {
    "btcusdt_perp_1m_2022-01_31days.csv.gz": stamped,
    "fx_gbpusd_1m_bid_2012-02_fxcm.csv.gz": stamped,
    "freqtrade_UNITTEST_BTC_1m_2017-11.json.gz": freqtrade,
    "lean_bybit_btcusdt_1m_2022-12-13.csv.gz": lean,
    "lean_coinbase_btcusd_1m_2018-04-04_05_06.csv.gz": lean,
    "lean_coinbase_ltcusd_1m_2018-04-04_05_06.csv.gz": lean,
}


@pytest.mark.parametrize("timeframe", RULES)
@pytest.mark.parametrize("name", ALL_DAY)
def test_days_of_utc_are_as_pandas_has_them(name: str, timeframe: str) -> None:
    rows = ALL_DAY[name](name)
    grid = BarGrid(TIMEFRAMES_MS[timeframe], NOT_KNOWN)
    bars = rolled_up(bars_of(rows), timeframe, grid, 2**50)
    assert len(bars) > 0
    assert_same(bars, by_pandas(rows, RULES[timeframe]))


def new_york_sessions(days: Sequence[date]) -> SessionSpans:
    spans = tuple((_ms(day, time(9, 30)), _ms(day, time(16))) for day in days)
    return SessionSpans(spans[0][0] - DAY_MS, spans[-1][1] + DAY_MS, spans)


def _ms(day: date, at: time) -> int:
    return int(datetime.combine(day, at, NEW_YORK).astimezone(UTC).timestamp() * 1000)


@pytest.mark.parametrize("name", ["lean_spy_1m_2013-10-04_11.csv.gz", "lean_ibm_1m_2013-10-04_11.csv.gz"])
def test_hours_and_days_of_an_exchange_are_as_pandas_has_them(name: str) -> None:
    rows = lean(name, "America/New_York")
    days = sorted({at.date() for at in rows.index.tz_convert(NEW_YORK)})
    sessions = new_york_sessions(days)
    minutes = bars_of(rows)
    inside = rows.tz_convert(NEW_YORK).between_time("09:30", "16:00").tz_convert("UTC")

    hours = rolled_up(minutes, "1h", BarGrid(TIMEFRAMES_MS["1h"], sessions), 2**50)
    opens = [open_ms for open_ms, _ in sessions.spans]
    in_session = [
        bar
        for bar in hours
        if any(0 <= bar.open_ms - one < 7 * 3_600_000 - 1800_000 + 60_000 for one in opens)
    ]
    assert_same(in_session, by_pandas(inside, "1h", "2013-10-04 13:30"))

    by_day = inside.groupby(inside.index.date).agg(
        {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    )
    by_day.index = pd.DatetimeIndex(
        [pd.Timestamp(_ms(day, time(9, 30)), unit="ms", tz="UTC") for day in by_day.index]
    )
    assert_same(rolled_up(minutes, "1d", BarGrid(TIMEFRAMES_MS["1d"], sessions), 2**50), by_day)
