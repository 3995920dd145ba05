"""`[[alert_rules]]`: rules of one's own, and what is said of bad ones."""

from pathlib import Path

import pytest

from rtp_tui.config.errors import ConfigurationInvalid
from rtp_tui.config.load import SettingsSources, load_settings
from rtp_tui.config.settings import Settings
from rtp_tui.model.alerts import AlertRule, Severity

BTC = '[[instruments]]\nid = "crypto:BTC"\nfeeds = ["binance:BTCUSDT"]\n'


def load(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "config.toml"
    file.write_text(BTC + text, encoding="utf-8")
    return load_settings(SettingsSources(file=file)).settings


def test_a_rule_is_written_with_durations(tmp_path: Path) -> None:
    text = """
[[alert_rules]]
id = "btc-high"
condition = "crypto:BTC price > 70000"
for = "10s"
cool_down = "1h"
severity = "critical"
[[alert_rules]]
id = "memory"
enabled = false
"""
    assert load(tmp_path, text).alert_rules == (
        AlertRule(
            id="btc-high",
            condition="crypto:BTC price > 70000",
            for_ms=10_000,
            cool_down_ms=3_600_000,
            severity=Severity.CRITICAL,
        ),
        AlertRule(id="memory", enabled=False),
    )


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('id = "x"\ncondition = "prise > 3"', "at character 1.*did you mean price"),
        ('id = "x"\ncondition = "price > "', "a number is missing"),
        ('id = "x"\ncondition = "crypto:BTX price > 3"', "no instrument crypto:BTX.*crypto:BTC"),
        ('id = "x"\ncondition = "price > 3"\ninstruments = ["cripto:*"]', "no instrument cripto"),
        ('id = "x"', "no built-in rule"),
        ('id = "X Y"\ncondition = "price > 3"', "is not an id"),
        ('id = "x"\ncondition = "price > 3"\nfor = "30d"', "7 days"),
        ('id = "x"\ncondition = "price > 3"\nhysteresis = -1', "distance"),
        ('id = "x"\ncondition = "price > 3"\nseverity = "awful"', "info, warning, critical"),
        ('id = "x"\ncondition = "price > 3"\nconditon = "y"', "unknown key"),
        ('id = "x"\ncondition = "memory > 3"\ninstruments = ["crypto:*"]', "not about instruments"),
        (f'id = "x"\ncondition = "price > {"9" * 3000}"', "at most 200"),
        (
            'id = "x"\ncondition = "price > 3"\n[[alert_rules]]\nid = "x"\ncondition = "price > 4"',
            "already defined",
        ),
    ],
)
def test_a_bad_rule_is_a_clear_error_with_its_line(tmp_path: Path, lines: str, words: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=f"(?s){words}"):
        load(tmp_path, f"[[alert_rules]]\n{lines}\n")


def test_ten_thousand_rules_are_too_many(tmp_path: Path) -> None:
    rules = "".join(f'[[alert_rules]]\nid = "r{n}"\ncondition = "price > {n}"\n' for n in range(10_000))
    with pytest.raises(ConfigurationInvalid, match="10000 rules of alerts are too many"):
        load(tmp_path, rules)
