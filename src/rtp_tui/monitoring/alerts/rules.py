"""The built-in rules, and all rules in an order in which few have to be looked at for a new value."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from math import inf

from msgspec import Struct

from rtp_tui.model.alerts import AlertRule, Severity
from rtp_tui.monitoring.alerts.conditions import Condition, parse_condition
from rtp_tui.monitoring.alerts.fields import Field

MOST_RULES = 1_000
"""Of one's own, beside the built-in ones."""
_KNOWN_SUBJECTS = 20_000
_WARNING, _CRITICAL = Severity.WARNING, Severity.CRITICAL


def _built_in(
    id: str,  # noqa: A002 - as the rule names it
    condition: str,
    message: str,
    for_s: int = 0,
    severity: Severity = _WARNING,
    hysteresis: float = 0.0,
    instruments: tuple[str, ...] = (),
) -> AlertRule:
    return AlertRule(
        id=id,
        condition=condition,
        message=message,
        for_ms=for_s * 1000,
        severity=severity,
        hysteresis=hysteresis,
        instruments=instruments,
    )


_MOVED = "{subject} moved {value} within a minute"

BUILT_IN_RULES: tuple[AlertRule, ...] = (
    _built_in("pipeline-down", "pipeline_down > 0", "nothing works while markets are open", 30, _CRITICAL),
    _built_in("error-rate", "error_rate > 5 %", "{value} of what comes in cannot be used", 10, _WARNING, 1.0),
    _built_in("data-old", "data_age > 5m", "{subject} has not been heard of for {value}"),
    _built_in("gap", "gap > 2m", "{subject} misses {value}", 60),
    _built_in("health-low", "health_score < 50", "health is {value}", 10, _CRITICAL, 5.0),
    _built_in(
        "update-rate",
        "updates_per_minute < 0.8",
        "{subject} is updated {value} times a minute",
        0,
        _WARNING,
        0.1,
    ),
    _built_in("price-move-crypto", "move_1m > 2 %", _MOVED, 0, _WARNING, 0.5, ("crypto:*",)),
    _built_in(
        "price-move",
        "move_1m > 0.5 %",
        _MOVED,
        0,
        _WARNING,
        0.1,
        ("stocks:*", "fx:*", "index:*", "futures:*"),
    ),
    _built_in("volume-surge", "volume_ratio > 3", "{subject} trades {value} times its usual volume"),
    _built_in("deviation", "deviation > 1 %", "{subject} is {value} from what it should be"),
    _built_in("stream-down", "stream_down > 10s", "stream {subject} is not connected since {value}"),
    _built_in("service-down", "service_down > 30s", "{subject} is not working since {value}"),
    _built_in("database-slow", "database > 100 ms", "commits take {value}", 60, _WARNING, 20.0),
    _built_in(
        "responses-slow", "response_time > 2s", "answers of the server take {value}", 10, _WARNING, 200.0
    ),
    _built_in("memory", "memory > 500 MB", "the process holds {value}", 30, _WARNING, 25e6),
    _built_in("disk-full", "disk_free_pct < 10 %", "{value} of the disk is free", 0, _WARNING, 1.0),
    _built_in("disk-out", "disk_free < 1 GB", "{value} of the disk is free", 0, _CRITICAL, 1e8),
    _built_in(
        "cache-misses", "cache_hit_rate < 50 %", "{value} of lookups find their answer", 0, Severity.INFO, 5.0
    ),
    _built_in("secret-expired", "feed_rejected_keys > 0", "{subject} refuses a key: it may have expired"),
    _built_in("risk-severe", "risk >= 75", "portfolio {subject} risks {value} of 100", 0, _WARNING, 5.0),
)
"""What is watched where nobody says otherwise."""


class Rule(Struct, frozen=True):
    """A rule that is understood."""

    spec: AlertRule
    condition: Condition
    subjects: tuple[str, ...]
    """Patterns."""

    @property
    def id(self) -> str:
        """By which it is told from others."""
        return self.spec.id

    def applies_to(self, subject: str) -> bool:
        """Whether it is for a subject."""
        return any(pattern == "*" or fnmatchcase(subject, pattern) for pattern in self.subjects)


def understood(spec: AlertRule) -> Rule:
    """A rule ready to be used. Raises ConditionError."""
    condition = parse_condition(spec.condition)
    named = condition.subject != "*" or not spec.instruments
    return Rule(spec, condition, (condition.subject,) if named else spec.instruments)


class Rules:
    """Enabled rules by what they look at: a value that moved asks only those whose threshold it passed."""

    def __init__(self, specs: Iterable[AlertRule] = ()) -> None:
        self.by_id: Mapping[str, Rule] = {spec.id: understood(spec) for spec in specs if spec.enabled}
        self._by_field: dict[str, _Group] = {}
        for rule in self.by_id.values():
            self._by_field.setdefault(rule.condition.field.name, _Group()).add(rule)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Those that any rule looks at."""
        found = {rule.condition.field.name: rule.condition.field for rule in self.by_id.values()}
        return tuple(found.values())

    def has(self, field: str, subject: str) -> bool:
        """Whether any rule looks at a field of a subject."""
        group = self._by_field.get(field)
        return group is not None and group.ladder(subject) is not _NO_LADDER

    def passed(self, field: str, subject: str, before: float | None, value: float) -> Iterator[Rule]:
        """The rules that may now hold or hold no longer; without a value before, those that may hold."""
        group = self._by_field.get(field)
        return iter(()) if group is None else group.ladder(subject).passed(before, value)


class _Group:
    """The rules on one field."""

    def __init__(self) -> None:
        self._exact: dict[str, list[Rule]] = {}
        self._patterned: dict[tuple[str, ...], list[Rule]] = {}
        """By their patterns, of which there are fewer than rules."""
        self._ladders: dict[str, Ladder] = {}
        self._shared: dict[tuple[str, ...], Ladder] = {}

    def add(self, rule: Rule) -> None:
        if any(mark in pattern for pattern in rule.subjects for mark in "*?"):
            self._patterned.setdefault(rule.subjects, []).append(rule)
        else:
            for subject in rule.subjects:
                self._exact.setdefault(subject, []).append(rule)

    def ladder(self, subject: str) -> "Ladder":
        """The rules for one subject; the same ones are one ladder, however many subjects they have."""
        known = self._ladders.get(subject)
        if known is None:
            if len(self._ladders) >= _KNOWN_SUBJECTS:
                self._ladders.clear()
            alike = (rules for rules in self._patterned.values() if rules[0].applies_to(subject))
            rules = [*self._exact.get(subject, ()), *(rule for group in alike for rule in group)]
            key = tuple(rule.id for rule in rules)
            known = self._shared.setdefault(key, Ladder(rules)) if rules else _NO_LADDER
            self._ladders[subject] = known
        return known


class Ladder:
    """Thresholds in ascending order, each with its rule; a value that moves passes some of them."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        rules = tuple(rules)
        self._above = _rungs(rule for rule in rules if rule.condition.is_above)
        self._below = _rungs(rule for rule in rules if not rule.condition.is_above)

    def passed(self, before: float | None, value: float) -> Iterator[Rule]:
        """Rules with a threshold from the one value to the other, both included."""
        yield from _between(self._above, -inf if before is None else before, value)
        yield from _between(self._below, inf if before is None else before, value)


class _Rungs(Struct, frozen=True):
    levels: list[float]
    rules: list[Rule]


def _rungs(rules: Iterable[Rule]) -> _Rungs:
    pairs = [(level, rule) for rule in rules for level in _levels(rule)]
    pairs.sort(key=lambda pair: pair[0])
    return _Rungs([level for level, _ in pairs], [rule for _, rule in pairs])


def _levels(rule: Rule) -> set[float]:
    """Where it begins to hold, and where it ends."""
    threshold, back = rule.condition.threshold, rule.spec.hysteresis
    return {threshold, threshold - back if rule.condition.is_above else threshold + back}


def _between(rungs: _Rungs, before: float, value: float) -> list[Rule]:
    low, high = (before, value) if before <= value else (value, before)
    return rungs.rules[bisect_left(rungs.levels, low) : bisect_right(rungs.levels, high)]


_NO_LADDER = Ladder(())
