"""`rtp-tui backtest`, of an engine and of a data directory without one."""

import json
from pathlib import Path

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.main import run
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.queries import RunBacktest
from rtp_tui.model.signals import Backtest, Direction, Strategy
from tests.factories import BTC, NOW_MS, a_signal
from tests.unit.cli.asked import Asked
from tests.unit.reports.a_store import DAY_MS, DAY_START_MS, NAMES, write_day

Captured = pytest.CaptureFixture[str]
DAY = ("--from", "2026-09-21", "--to", "2026-09-22")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_day(folder / "history.db")
    return folder


def test_an_engine_is_asked_for_what_was_said_and_its_answer_printed(capsys: Captured) -> None:
    answer = Backtest(
        strategy=Strategy(name="rule", when="close < 90"),
        start_ms=DAY_START_MS,
        end_ms=NOW_MS,
        bars=1_440,
        instruments=(BTC,),
        triggers=1,
        signals=(a_signal(),),
        scores=(),
    )
    arguments = ("close < 90", *DAY, "--instrument", "BTC", "--timeframe", "5T", "--direction", "short")
    asked = Asked("backtest", *arguments, answers={RunBacktest: answer})

    assert asked.code == exit_codes.OK
    assert asked.orders[-1] == RunBacktest(
        rule="close < 90",
        instruments=(BTC,),
        start_ms=DAY_START_MS,
        end_ms=DAY_START_MS + DAY_MS,
        timeframe="5m",
        direction=Direction.SHORT,
    )
    assert "1,440 bars of 1m" in capsys.readouterr().out


def test_a_data_directory_without_an_engine_answers_too(filled: Path, capsys: Captured) -> None:
    arguments = ("--instrument", "crypto:*", *DAY, "--json", "--data-dir", str(filled))
    assert run(["backtest", "close < close[1]", *arguments]) == exit_codes.OK
    told = json.loads(capsys.readouterr().out)
    assert told["bars"] > 6_000
    assert set(NAMES[:-1]) <= set(told["instruments"])
    assert told["note"].endswith("any move in the direction is a hit there")


def test_a_mistake_is_marked_below_the_rule(filled: Path, capsys: Captured) -> None:
    assert run(["backtest", "close > clos[1]", "--data-dir", str(filled)]) == exit_codes.USAGE
    heading, rule, mark = capsys.readouterr().err.splitlines()
    assert heading.endswith("did you mean close?")
    assert (rule, mark) == ("close > clos[1]", "        ^")


def test_what_an_engine_says_is_wrong_is_bad_usage_with_its_mark(capsys: Captured) -> None:
    refused = Asked("backtest", "x", answers={RunBacktest: BadRequest("when: at character 1: no\nx\n^")})
    assert refused.code == exit_codes.USAGE
    assert capsys.readouterr().err == "rtp-tui: when: at character 1: no\nx\n^\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "soon"), "not a moment"),
        (("--from", "2026-09-22", "--to", "2026-09-21"), "later"),
        (("--timeframe", "7 minutes"), "not a timeframe"),
        (("--timeframe", "7m"), "not one of"),
        (("--instrument", "crypto:C99"), "nearest: crypto:C"),
        (("--instrument", "nothing:*"), "no instrument nothing:*"),
    ],
)
def test_what_cannot_be_asked_is_told(
    filled: Path, capsys: Captured, arguments: tuple[str, ...], words: str
) -> None:
    assert run(["backtest", "close > 1", *arguments, "--data-dir", str(filled)]) == exit_codes.USAGE
    assert words in capsys.readouterr().err


def test_a_mistaken_rule_of_the_configuration_is_marked(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "config.toml"
    rules = ("close > clos[1]", "close >", "rsii(14) < 30")
    tables = (f'[[strategies]]\nname = "s{n}"\nwhen = "{rule}"\n' for n, rule in enumerate(rules))
    file.write_text("\n".join(tables))

    assert run(["config", "check", "--config", str(file)]) == exit_codes.BAD_CONFIGURATION
    said = capsys.readouterr().err.splitlines()
    marks = [(said[n - 1], line.index("^")) for n, line in enumerate(said) if line.strip() == "^"]
    assert marks == [(rules[0], 8), (rules[1], 7), (rules[2], 0)]
    assert "did you mean rsi?" in "\n".join(said)
