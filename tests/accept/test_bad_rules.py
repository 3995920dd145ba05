"""Rules and indicators that cannot be, and bars that make them meaningless: a clear word or an honest null."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import time_ns
from urllib.parse import quote

import pytest

from rtp_tui.analytics.indicators.catalogue import catalogue
from rtp_tui.cli import exit_codes
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.opening import open_writer
from tests.accept.running import Running, ordered, served
from tests.factories import a_bar

pytestmark = pytest.mark.accept

MINUTE_MS = 60_000
COUNT = 400
HEAVY = ("numpy", "talib", "pandas")
GAPS, ZEROS, CONSTANT, HUGE, SHORT, NONE = NAMES = tuple(
    InstrumentId(f"crypto:{name}") for name in ("GAPS", "ZEROS", "CONSTANT", "HUGE", "SHORT", "NONE")
)
FLAT = {"trades": 0, "volume": 0.0}

INDICATORS = (
    ("names=rsii", 400, "did you mean 'rsi'"),
    ("names=rsi(14", 400, "expected , or )"),
    ("names=rsi(14).up", 400, "no result of rsi 'up'"),
    ("names=rsi(period=14)", 400, "did you mean 'timeperiod'"),
    ("names=rsi(0)", 400, "rsi does not take 0"),
    ("names=rsi(-1)", 400, "rsi does not take -1"),
    ("names=rsi(1.5)", 400, "whole number"),
    ("names=rsi(1e308)", 400, "expected , or )"),
    ("names=rsi(100001)", 400, "at most 100000"),
    ("names=rsi(14,3)", 400, "1 argument at most"),
    ("names=vwap_bands(0)", 400, "between 1 and"),
    ("names=sma(14,real=closed)", 400, "did you mean 'close'"),
    ("names=__import__('os')", 400, "expected"),
    ("names=" + ",".join(f"sma({n})" for n in range(2, 300)), 400, "between 1 and 250"),
    ("names=rsi&timeframe=7m", 400, "timeframe"),
    ("names=rsi&limit=0", 400, "limit"),
    ("names=rsi&start=soon", 400, "not a moment"),
    ("names=rsi&cursor=here", 400, "cursor"),
    ("names=sma(100000)&limit=10", 200, "[null,null,null,null,null,null,null,null,null,null]"),
    ("names=rsi&start=-9999999999999999&end=9999999999999999&limit=2", 200, "values"),
    ("names=rsi&start=9999999999999999", 200, '"open_ms":[]'),
)
RULES = (
    ("clos > 1", "did you mean close?"),
    ("rsii(14) < 30", "did you mean rsi?"),
    ("close >", "the rule ends where a value is expected"),
    ("close = 1", "write =="),
    ("close > 1 & open > 1", "write and, or, not"),
    ("close", "a rule is true or false"),
    ("close[-1] > 1", "look ahead"),
    ("close > avg(avg(close, 200), 200)", "steps"),
    ("change(90d) > 1", "bars back"),
    ("rsi(0) < 1", "between 1 and 500"),
    ("rsi(100000) < 1", "between 1 and 500"),
    ("(" * 40 + "1" + ")" * 40 + " > 0", "32 levels deep"),
    ("__import__('os').system('true')", "means nothing here"),
    ("close > " + "1" * 2_000, "at most 1000 characters"),
    ("nobody", "known are: none"),
    ("", "a rule is missing"),
)
SPANS = (
    ("from=2026-01-02&to=2026-01-01", "span of the past"),
    ("from=1000-01-01", "span of the past"),
    ("from=soon", "not a moment"),
    ("instrument=none:*", "no instrument none:*"),
    ("direction=up", "one of long, short"),
    ("hold_ms=9999999999", "30 days"),
    ("cool_down_ms=-1", "milliseconds"),
    ("timeframe=", "timeframe"),
)


def strange_bars(newest_ms: int) -> Iterator[Bar]:
    """Of each instrument what its name says; the newest ends at a moment."""
    dice = Random(8)
    price, first_ms = 100.0, newest_ms - COUNT * MINUTE_MS
    for minute in range(first_ms, newest_ms, MINUTE_MS):
        price *= 1 + dice.gauss(0, 0.002)
        if dice.random() > 0.5:
            yield a_bar(instrument=GAPS, open_ms=minute, open=price, high=price, low=price, close=price)
        zeros = {"open": 0.0, "high": 0.0, "low": 0.0, "close": 0.0}
        yield a_bar(instrument=ZEROS, open_ms=minute, **zeros, **FLAT)
        same = {"open": 5.0, "high": 5.0, "low": 5.0, "close": 5.0}
        yield a_bar(instrument=CONSTANT, open_ms=minute, **same, **FLAT)
        huge = {"open": 1e300, "high": 1e308, "low": 1e-300, "close": 1e307 * dice.random()}
        yield a_bar(instrument=HUGE, open_ms=minute, **huge, volume=1e300)
    for number in range(1, 4):
        yield a_bar(instrument=SHORT, open_ms=newest_ms - number * MINUTE_MS)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Strange bars, no feed and no strategy: an engine that has no reason to compute yet."""
    folder = tmp_path_factory.mktemp("strange")
    now_ms = time_ns() // 1_000_000
    (folder / "d").mkdir(mode=0o700)
    connection = open_writer(folder / "d" / "history.db", now_ms).connection
    batch = Batch()
    batch.take(strange_bars(now_ms // MINUTE_MS * MINUTE_MS - MINUTE_MS))
    BatchWriter(connection, "e").write(batch, now_ms)
    connection.close()
    tables = (
        f'[[instruments]]\nid = "{name}"\nname = "x"\nfeeds = ["binance:{name[7:]}"]\n' for name in NAMES
    )
    nowhere = '[sources.binance]\nws_url = "ws://127.0.0.1:9"\nrest_url = "http://127.0.0.1:9"\n'
    config = folder / "config.toml"
    config.write_text("\n".join(("[features]\nstreaming = false\nscheduler = false\n", nowhere, *tables)))
    arguments = ("--config", str(config), "--data-dir", str(folder / "d"), "--serve", "--port", "0")
    with served(folder, *arguments) as running:
        yield running


def loaded(running: Running) -> set[str]:
    """Which of the heavy libraries are in the process."""
    maps = Path(f"/proc/{running.process.pid}/maps").read_text()
    return {name for name in HEAVY if f"/{name}/" in maps}


def test_what_computes_is_loaded_when_it_is_first_asked_and_never_pandas(engine: Running) -> None:
    assert engine.get("/indicators").status_code == 200
    assert engine.get("/strategies").status_code == 200
    assert loaded(engine) <= {"numpy"}, "the newest bars are laid out after a while, without TA-Lib"
    assert engine.get(f"/indicators/{CONSTANT}?names=rsi").status_code == 200
    assert loaded(engine) == {"numpy", "talib"}


def test_an_indicator_that_cannot_be_is_refused_in_words_and_a_strange_one_is_null(engine: Running) -> None:
    for query, status, words in INDICATORS:
        answer = engine.get(f"/indicators/{CONSTANT}?{quote(query, safe='=&,')}")
        assert (answer.status_code, words in answer.text) == (status, True), (query[:60], answer.text[:300])
    assert engine.get(f"/levels/{CONSTANT}?bars=9999").status_code == 400
    assert engine.get("/levels/crypto:NOBODY").status_code == 404
    assert engine.get("/indicators/latest?names=rsii").status_code in (200, 400)


def test_a_rule_that_cannot_be_is_refused_with_the_place_of_the_mistake(engine: Running) -> None:
    for rule, words in RULES:
        answer = engine.get(f"/backtest?rule={quote(rule)}")
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (400, "bad_request"), (rule[:60], answer.text[:300])
        assert words in problem["detail"], (rule[:60], problem["detail"])
        assert any(line.strip() == "^" for line in problem["detail"].splitlines()), rule[:60]
    for query, words in SPANS:
        answer = engine.get(f"/backtest?rule=close>1&{query}")
        assert answer.status_code in (400, 404), (query, answer.text[:300])
        assert words in answer.json()["detail"], (query, answer.text[:300])


def test_strange_bars_give_numbers_or_nothing(engine: Running) -> None:
    names = ",".join(catalogue())
    for instrument in NAMES:
        answer = engine.get(f"/indicators/{instrument}?names={names}&limit=1000")
        assert answer.status_code == 200, (instrument, answer.text[:300])
        page = json.loads(answer.text, parse_constant=pytest.fail)
        assert len(page["values"]) == sum(len(one.outputs) for one in catalogue().values())
        assert {len(values) for values in page["values"].values()} == {len(page["open_ms"])}
        assert engine.get(f"/levels/{instrument}").status_code == 200
    for rule in ("close / volume > 2", "rsi(14) < 30 or macd > 0", "change(5m) > 1 % and close > 0"):
        answer = engine.get(
            f"/backtest?rule={quote(rule)}&instrument=crypto:*&from={time_ns() // 1_000_000 - 86_400_000}"
        )
        assert answer.status_code == 200, (rule, answer.text[:300])
        json.loads(answer.text, parse_constant=pytest.fail)
    nothing = engine.get(f"/backtest?rule={quote('close / volume > 2')}&instrument={CONSTANT}").json()
    assert (nothing["triggers"], nothing["unknown"]) == (0, nothing["bars"]), (
        "what is divided by 0 is not known"
    )
    assert nothing["bars"] == COUNT


def test_the_command_line_says_the_same_with_a_mark(engine: Running) -> None:
    refused = ordered(engine, "backtest", "rsii(14) < 30 and close > 1")
    assert refused.returncode == exit_codes.USAGE
    assert refused.stderr.splitlines()[1:] == ["rsii(14) < 30 and close > 1", "^"]
    assert ordered(engine, "backtest", "close > 0", "--instrument", "crypto:SHORT").returncode == 0
    unknown = ordered(engine, "indicators", "crypto:GAPS", "rsii")
    assert (unknown.returncode != 0, "did you mean 'rsi'" in unknown.stderr) == (True, True)


def test_nothing_else_was_disturbed(engine: Running) -> None:
    assert engine.get("/livez").status_code == 200
    assert "Traceback" not in engine.said
    assert " ERROR " not in engine.said
