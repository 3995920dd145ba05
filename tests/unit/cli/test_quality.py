"""`rtp-tui quality` and `rtp-tui recompute`."""

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.model.commands import Done, RecomputeBars
from rtp_tui.model.quality import QualityPart, QualityScore, TargetReport
from rtp_tui.model.queries import GetQuality, QualityPage
from tests.factories import BTC
from tests.unit.cli.asked import Asked

PAGE = QualityPage(
    scores=(
        QualityScore(
            subject=BTC,
            kind="instrument",
            score=61.5,
            parts=(
                QualityPart("coverage", 50.0, 50.0, 30.0, "30 of 60 minutes"),
                QualityPart("latency", None, None, 10.0, "not measured"),
            ),
            anomalies={"outlier": 2},
        ),
    ),
    targets=(TargetReport("error_rate", "%", 1.0, 2.5, False), TargetReport("uptime", "%", 99.9, None, None)),
)
Captured = pytest.CaptureFixture[str]


def test_the_worst_is_told_with_what_costs_it_most(capsys: Captured) -> None:
    asked = Asked("quality", "--instrument", "BTC", "--hours", "2", answers={GetQuality: PAGE})
    told = capsys.readouterr().out.splitlines()
    assert asked.code == exit_codes.OK
    assert asked.orders == [GetQuality(instrument=BTC, hours=2, limit=10_000)]
    assert told[1].split()[:3] == [BTC, "61.5", "50.0"]
    assert told[1].split()[-6:] == ["2", "coverage:", "30", "of", "60", "minutes"]
    assert told[-2].split() == ["error", "rate", "1", "%", "2.5", "%", "missed"]
    assert "–" in told[-1]


def test_as_json_it_is_the_engine_s_answer(capsys: Captured) -> None:
    assert Asked("quality", "--json", answers={GetQuality: PAGE}).code == exit_codes.OK
    assert capsys.readouterr().out.startswith('{"scores":[{"subject":"crypto:BTC"')


@pytest.mark.parametrize("arguments", [("--hours", "25"), ("--hours", "x"), ("--colour",)])
def test_bad_usage_is_refused(arguments: tuple[str, ...]) -> None:
    assert Asked("quality", *arguments).code == exit_codes.USAGE


def test_an_instrument_that_nobody_knows_fails(capsys: Captured) -> None:
    assert Asked("quality", "--instrument", "NONE").code == exit_codes.FAILURE
    assert "NONE" in capsys.readouterr().err


def test_each_instrument_that_is_named_is_built_again(capsys: Captured) -> None:
    answers: dict[type, object] = {
        RecomputeBars: Done(message="60 minutes looked at, 1 built anew", affected=("60000",))
    }
    asked = Asked("recompute", "BTC", "ETH", answers=answers)
    assert [order.instrument for order in asked.orders] == [BTC, "crypto:ETH"]
    assert "1 built anew" in capsys.readouterr().out
    assert Asked("recompute", "BTC", read_only=True).code != exit_codes.OK
