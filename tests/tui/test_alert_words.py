"""Words about alerts: rules, durations, and what the palette is told."""

from typing import Any

import pytest

from rtp_tui.model.alerts import AlertRule, Severity
from rtp_tui.model.commands import (
    AcknowledgeAlert,
    RemoveAlertRule,
    RemoveSilence,
    SaveAlertRule,
    SaveSilence,
)
from rtp_tui.monitoring.alerts.shelf import check_rule
from rtp_tui.tui.alert_words import Misunderstood, alert_proposal, rule_id, rule_of, rules_offered, silence_of
from rtp_tui.tui.durations import parse_duration
from tests.factories import BTC, NOW_MS, an_alert

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("typed", "condition", "rest"),
    [
        ("> 70000", "crypto:BTC price > 70000", {}),
        ("price < 60000", "crypto:BTC price < 60000", {}),
        ("crypto:BTC price < 60000", "crypto:BTC price < 60000", {}),
        ("move 1m > 2 %", "crypto:BTC move 1m > 2 %", {}),
        ("price > 1 for 5m", "crypto:BTC price > 1", {"for_ms": 300_000}),
        ("price > 1 critical", "crypto:BTC price > 1", {"severity": Severity.CRITICAL}),
        ("price > 1 for 30s info", "crypto:BTC price > 1", {"for_ms": 30_000, "severity": Severity.INFO}),
        ("price > 1 critical for 2h", "crypto:BTC price > 1", {"for_ms": 2 * HOUR_MS, "severity": Severity.CRITICAL}),
    ],
)  # fmt: skip
def test_a_rule_is_what_was_typed_about_the_instrument(
    typed: str, condition: str, rest: dict[str, Any]
) -> None:
    rule = rule_of(typed, BTC)
    assert rule == AlertRule(id=rule_id(condition), condition=condition, **rest)
    check_rule(rule)


@pytest.mark.parametrize("typed", ["", "price", "70000", "price > 1 for ever"])
def test_what_is_no_rule_says_what_is_expected(typed: str) -> None:
    assert isinstance(rule_of(typed, BTC), Misunderstood)


def test_the_same_condition_is_the_same_rule_and_another_sign_another() -> None:
    assert rule_id("crypto:BTC price > 70000") == "crypto-btc-price-above-70000"
    assert rule_id("crypto:* price < 0.5 %") == "crypto-all-price-below-0.5-pct"
    assert rule_id("crypto:BTC change_24h < -5 %") != rule_id("crypto:BTC change_24h < 5 %")
    assert len(rule_id("x" * 300)) <= 64


def test_what_is_offered_is_about_its_price_and_its_moves_and_all_of_it_is_a_rule() -> None:
    offers = rules_offered(67_830.12, 2)
    assert offers[:2] == ("price > 68508.42", "price < 67151.82")
    for offer in (*offers, *rules_offered(None, 2), *rules_offered(0.00002471, 8)):
        rule = rule_of(offer, BTC)
        assert isinstance(rule, AlertRule), offer
        check_rule(rule)


@pytest.mark.parametrize(
    ("text", "duration_ms"),
    [("30s", 30_000), ("5m", 300_000), ("5min", 300_000), ("1h", HOUR_MS), ("1.5d", 36 * HOUR_MS), ("250ms", 250)],
)  # fmt: skip
def test_durations_are_read_as_they_are_written(text: str, duration_ms: int) -> None:
    assert parse_duration(text) == duration_ms


@pytest.mark.parametrize("text", ["", "5", "h", "-1h", "0s", "1y", "1h30m", "9999999h"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert parse_duration(text) is None


def test_a_silence_is_about_the_rule_and_the_subject_of_its_alert() -> None:
    silence = silence_of("8h the venue is being mended", an_alert(), NOW_MS)
    assert silence == SaveSilence(
        rule="price-move-crypto",
        subject="crypto:BTC",
        until_ms=NOW_MS + 8 * HOUR_MS,
        comment="the venue is being mended",
    )
    of_engine = silence_of("1h", an_alert(subject=""), NOW_MS)
    assert isinstance(of_engine, SaveSilence)
    assert of_engine.subject == "*"
    assert isinstance(silence_of("soon", an_alert(), NOW_MS), Misunderstood)


def ordered(words: str, **changes: Any) -> object:
    found = alert_proposal(words, {"a1": an_alert()}, {BTC}, NOW_MS, **changes)
    return None if found is None else found.command


def test_the_palette_makes_and_removes_rules() -> None:
    order = ordered("alert crypto:BTC price > 70000 for 5m critical")
    assert isinstance(order, SaveAlertRule)
    assert order.rule.condition == "crypto:BTC price > 70000"
    assert order.rule.for_ms == 300_000
    assert isinstance(ordered("alert crypto:* move 1m > 3 %"), SaveAlertRule)
    assert ordered("alert remove btc-high") == RemoveAlertRule(id="btc-high")


def test_the_palette_acknowledges_and_silences_by_name_or_what_is_selected() -> None:
    assert ordered("ack a1 on it") == AcknowledgeAlert(id="a1", why="on it")
    assert ordered("ack on it", selected=an_alert(id="b")) == AcknowledgeAlert(id="b", why="on it")
    assert ordered("silence 1h gap") == SaveSilence(rule="gap", until_ms=NOW_MS + HOUR_MS)
    assert ordered("silence 1h gap crypto:* being mended") == SaveSilence(
        rule="gap", subject="crypto:*", until_ms=NOW_MS + HOUR_MS, comment="being mended"
    )
    chosen = ordered("silence 8h", selected=an_alert())
    assert isinstance(chosen, SaveSilence)
    assert chosen.rule == "price-move-crypto"
    assert ordered("unsilence s1") == RemoveSilence(id="s1")


@pytest.mark.parametrize(
    "words",
    ["", "alert", "alert crypto:DOGE price > 1", "alert crypto:BTC", "alert crypto:BTC price", "ack", "silence", "silence 1h",
     "silence ever gap", "unsilence"],
)  # fmt: skip
def test_words_that_are_not_whole_ask_for_nothing(words: str) -> None:
    assert ordered(words) is None
