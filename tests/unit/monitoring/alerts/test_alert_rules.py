"""Which rules are asked about a value that moved."""

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.alerts import AlertRule
from rtp_tui.monitoring.alerts.rules import BUILT_IN_RULES, Rules
from rtp_tui.monitoring.alerts.shelf import check_rule

LEVELS = st.integers(-5, 5).map(float)
RULES = st.lists(
    st.tuples(st.sampled_from([">", ">=", "<", "<="]), LEVELS, st.sampled_from([0.0, 1.0, 2.5])), max_size=8
)


@given(RULES, st.lists(LEVELS, min_size=1, max_size=12))
def test_asking_only_those_whose_threshold_was_passed_finds_what_asking_all_finds(
    given_rules: list[tuple[str, float, float]], values: list[float]
) -> None:
    specs = [
        AlertRule(id=f"r{number}", condition=f"crypto:* price {sign} {level:g}", hysteresis=back)
        for number, (sign, level, back) in enumerate(given_rules)
    ]
    rules = Rules(specs)
    few, every = dict.fromkeys(rules.by_id, False), dict.fromkeys(rules.by_id, False)
    before = None
    for value in values:
        for rule in rules.passed("price", "crypto:BTC", before, value):
            few[rule.id] = rule.condition.holds(value, rule.spec.hysteresis if few[rule.id] else 0)
        for rule in rules.by_id.values():
            every[rule.id] = rule.condition.holds(value, rule.spec.hysteresis if every[rule.id] else 0)
        before = value
        assert few == every


def test_a_rule_is_for_the_instruments_that_it_names() -> None:
    rules = Rules(
        (
            AlertRule(id="one", condition="crypto:BTC price > 1"),
            AlertRule(id="some", condition="price > 1", instruments=("stocks:*", "fx:EURUSD")),
            AlertRule(id="off", condition="price > 1", enabled=False),
        )
    )

    def asked(subject: str) -> list[str]:
        return [rule.id for rule in rules.passed("price", subject, None, 2.0)]

    assert asked("crypto:BTC") == ["one"]
    assert asked("stocks:TCS") == asked("fx:EURUSD") == ["some"]
    assert (asked("crypto:ETH"), rules.has("price", "crypto:ETH"), rules.has("bid", "crypto:BTC")) == (
        [],
        False,
        False,
    )


def test_the_built_in_rules_are_rules() -> None:
    for rule in BUILT_IN_RULES:
        check_rule(rule)
    assert len({rule.id for rule in BUILT_IN_RULES}) == len(BUILT_IN_RULES)
