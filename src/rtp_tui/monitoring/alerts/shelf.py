"""All rules, wherever they come from, and what a rule must be."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from math import isfinite
from types import MappingProxyType

from msgspec.structs import replace

from rtp_tui.model.alerts import AlertRule, ListedRule, RuleOrigin
from rtp_tui.monitoring.alerts.conditions import parse_condition
from rtp_tui.monitoring.alerts.fields import About
from rtp_tui.monitoring.alerts.rules import BUILT_IN_RULES, MOST_RULES, Rule, understood
from rtp_tui.text import nearest

BUILT_IN: Mapping[str, AlertRule] = MappingProxyType({rule.id: rule for rule in BUILT_IN_RULES})
LONGEST_MS = 7 * 86_400_000
MOST_PATTERNS = 100
LONGEST_MESSAGE = 200
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_PATTERN = re.compile(r"(?:[a-z*?]+:)?[A-Za-z0-9._=^&*?-]{1,40}")


class RuleShelf:
    """Built-in, configured and saved rules; of those with the same id the saved one counts, then the configured."""

    def __init__(self, configured: Iterable[AlertRule] = (), saved: Iterable[AlertRule] = ()) -> None:
        self._given: dict[str, ListedRule] = {}
        self._saved = {one.id: one for one in saved}
        self.configure(configured)

    def configure(self, rules: Iterable[AlertRule]) -> None:
        """Take these for the rules of the configuration."""
        self._given = {
            **{key: ListedRule(rule=rule, origin=RuleOrigin.BUILT_IN) for key, rule in BUILT_IN.items()},
            **{one.id: ListedRule(rule=one, origin=RuleOrigin.CONFIGURATION) for one in rules},
        }

    def listed(self) -> tuple[ListedRule, ...]:
        """The rule that counts of each id, by id; the disabled ones too."""
        saved = {key: ListedRule(rule=rule, origin=RuleOrigin.SAVED) for key, rule in self._saved.items()}
        counting = {**self._given, **saved}
        return tuple(
            ListedRule(rule=completed(one.rule), origin=one.origin) for _, one in sorted(counting.items())
        )

    def in_force(self) -> tuple[AlertRule, ...]:
        """Those that are to be used."""
        return tuple(one.rule for one in self.listed() if one.rule.enabled)

    def save(self, rule: AlertRule) -> None:
        """Add a rule, or put it in the place of another. Raises ValueError where there are too many."""
        if rule.id not in self._saved and len(self._saved) >= MOST_RULES:
            raise ValueError(f"there are {MOST_RULES} saved rules, which is the most")
        self._saved[rule.id] = rule

    def remove(self, id: str) -> None:  # noqa: A002 - as the rule names it
        """Remove a saved rule. Raises LookupError where there is none, ValueError where it is not a saved one."""
        if id not in self._saved:
            if id in self._given:
                raise ValueError(
                    f"{id} is {self._given[id].origin.value.replace('_', ' ')}: disable it instead"
                )
            raise LookupError(id)
        del self._saved[id]


def completed(rule: AlertRule) -> AlertRule:
    """The rule with the condition and the instruments of the built-in one of its id, where it names no condition."""
    built_in = BUILT_IN.get(rule.id)
    if rule.condition or built_in is None:
        return rule
    instruments = rule.instruments or built_in.instruments
    message = rule.message or built_in.message
    return replace(rule, condition=built_in.condition, instruments=instruments, message=message)


def check_rule(rule: AlertRule) -> None:
    """Check a rule as a whole. Raises ValueError, which names the field."""
    for name, check in RULE_CHECKS.items():
        try:
            check(getattr(rule, name))
        except ValueError as mistake:
            raise ValueError(f"{name}: {mistake}") from None
    check_together(rule)


def check_together(rule: AlertRule) -> None:
    """Check what its fields must be to each other. Raises ValueError."""
    if not completed(rule).condition:
        raise ValueError(f'condition: is missing, and no built-in rule is called "{rule.id}"')
    whole = understood(completed(rule))
    if rule.instruments and whole.condition.field.about is not About.INSTRUMENT:
        raise ValueError(f"instruments: {whole.condition.field.name} is not about instruments")


def unknown_subject(rule: Rule, instruments: Collection[str]) -> str:
    """Why a rule would look at nothing: it names no instrument that is priced; empty where it does."""
    if rule.condition.field.about is not About.INSTRUMENT or rule.id in BUILT_IN:
        return ""
    for pattern in rule.subjects:
        if not any(fnmatchcase(one, pattern) for one in instruments):
            alike = nearest(pattern, instruments)
            meant = f"; did you mean {alike}?" if alike else ""
            return f"no instrument {pattern} is priced{meant}"
    return ""


def _id(value: str) -> None:
    if not _ID.fullmatch(value):
        raise ValueError(f'"{value[:64]}" is not an id such as btc-high')


def _condition(value: str) -> None:
    if value:
        parse_condition(value)


def _duration(value: int) -> None:
    if not 0 <= value <= LONGEST_MS:
        raise ValueError("is not between 0 and 7 days")


def _distance(value: float) -> None:
    if not isfinite(value) or not 0 <= value < 1e15:
        raise ValueError(f"{value} is not a distance of 0 or more")


def _patterns(values: tuple[str, ...]) -> None:
    if len(values) > MOST_PATTERNS:
        raise ValueError(f"names {len(values)} patterns, at most {MOST_PATTERNS} are taken")
    for value in values:
        if not _PATTERN.fullmatch(value):
            raise ValueError(f'"{value[:64]}" is not an instrument or a pattern such as crypto:*')


def _message(value: str) -> None:
    if len(value) > LONGEST_MESSAGE:
        raise ValueError(f"has {len(value)} characters, at most {LONGEST_MESSAGE} are taken")


RULE_CHECKS: Mapping[str, Callable[..., None]] = MappingProxyType(
    {
        "id": _id,
        "condition": _condition,
        "for_ms": _duration,
        "cool_down_ms": _duration,
        "hysteresis": _distance,
        "instruments": _patterns,
        "message": _message,
    }
)
"""What each field must be; they raise ValueError."""
