"""`rtp-tui alerts` against a server in front of a scripted engine."""

import json
from typing import Any

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.alerts import print_alerts
from rtp_tui.model.alerts import AlertRule, ListedRule, RuleOrigin
from rtp_tui.model.commands import (
    AcknowledgeAlert,
    Done,
    RemoveAlertRule,
    RemoveSilence,
    SaveAlertRule,
    SaveSilence,
)
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.queries import AlertPage, AlertRuleList, GetAlertRules, GetAlerts, GetSilences, SilenceList
from rtp_tui.server.alert_bodies import alert_body
from tests.factories import NOW_MS, a_silence, an_alert
from tests.unit.cli.asked import Asked

Captured = pytest.CaptureFixture[str]
RULE = AlertRule(id="btc-high", condition="crypto:BTC price > 70000", for_ms=10_000)
ANSWERS: dict[type, Any] = {
    GetAlerts: AlertPage(alerts=(an_alert(),)),
    GetSilences: SilenceList(silences=(a_silence(),)),
    GetAlertRules: AlertRuleList(rules=(ListedRule(rule=RULE, origin=RuleOrigin.SAVED),)),
    AcknowledgeAlert: Done(message="known"),
    SaveSilence: a_silence(),
    RemoveSilence: Done(message="over"),
    SaveAlertRule: Done(message="so be it"),
    RemoveAlertRule: Done(message="gone"),
}


@pytest.mark.parametrize("arguments", [["alerts"], ["alerts", "list", "--active"]])
def test_the_list_comes_as_a_table_or_as_json(arguments: list[str], capsys: Captured) -> None:
    assert Asked(*arguments, answers=ANSWERS).code == exit_codes.OK
    heading, line = capsys.readouterr().out.splitlines()
    assert (heading.split()[0], line.split()[:4]) == ("ID", ["a1", "firing", "warning", "price-move-crypto"])
    assert Asked(*arguments, "--json", answers=ANSWERS).code == exit_codes.OK
    assert json.loads(capsys.readouterr().out)["alerts"][0]["id"] == "a1"


def test_a_hostile_message_reaches_no_terminal(capsys: Captured) -> None:
    print_alerts((alert_body(an_alert(message="a\x1b[2Jb", flapping=True)),), NOW_MS)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "flapping" in out


def test_an_alert_is_acknowledged_with_a_reason(capsys: Captured) -> None:
    asked = Asked("alerts", "ack", "a1", "--why", "looking", answers=ANSWERS)
    assert (asked.code, asked.orders[0].id, asked.orders[0].why) == (exit_codes.OK, "a1", "looking")
    assert capsys.readouterr().out == "known\n"


def test_silences_are_made_listed_and_ended(capsys: Captured) -> None:
    made = Asked(
        "alerts", "silence", "--subject", "crypto:*", "--for", "2h", "--comment", "work", answers=ANSWERS
    )
    (order,) = made.orders
    assert (made.code, order.subject, order.rule, order.comment) == (exit_codes.OK, "crypto:*", "*", "work")
    assert Asked("alerts", "silences", answers=ANSWERS).code == exit_codes.OK
    assert "maintenance" in capsys.readouterr().out
    assert Asked("alerts", "unsilence", "s1", answers=ANSWERS).orders[0].id == "s1"
    assert Asked("alerts", "silence", answers=ANSWERS).code == exit_codes.USAGE
    assert Asked("alerts", "silence", "--for", "soon", answers=ANSWERS).code == exit_codes.USAGE


def test_rules_are_listed_added_and_removed(capsys: Captured) -> None:
    assert Asked("alerts", "rules", answers=ANSWERS).code == exit_codes.OK
    assert "crypto:BTC price > 70000" in capsys.readouterr().out
    added = Asked("alerts", "add", "btc-high", "crypto:BTC price > 70000", "--for", "10s", answers=ANSWERS)
    assert added.orders[0] == SaveAlertRule(rule=RULE)
    assert Asked("alerts", "remove", "btc-high", answers=ANSWERS).orders == [RemoveAlertRule(id="btc-high")]


def test_a_rule_that_cannot_be_is_refused_in_the_engine_s_words(capsys: Captured) -> None:
    refusal = BadRequest("condition: at character 1: no field")
    asked = Asked("alerts", "add", "x", "prise > 3", answers={**ANSWERS, SaveAlertRule: refusal})
    assert asked.code == exit_codes.FAILURE
    assert "at character 1" in capsys.readouterr().err


def test_what_can_be_looked_at_is_listed_without_an_engine(capsys: Captured) -> None:
    assert Asked("alerts", "fields").code == exit_codes.OK
    assert "volume_ratio" in capsys.readouterr().out
