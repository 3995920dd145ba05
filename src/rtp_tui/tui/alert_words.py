"""Words that a person types about alerts: a rule, how long to be silent, and what the palette is told."""

import re
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from rtp_tui.model.alerts import Alert, AlertRule, Severity, Silence
from rtp_tui.model.commands import (
    AcknowledgeAlert,
    MuteNotifications,
    RemoveAlertRule,
    RemoveSilence,
    SaveAlertRule,
    SaveSilence,
)
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.tui.durations import parse_duration
from rtp_tui.tui.proposals import Proposal

_SIGNS = {">=": "at-least", "<=": "at-most", ">": "above", "<": "below"}
_MARKS = {" -": "minus", "%": "pct", "*": "all"}
_SIGN = re.compile(r">=|<=|>|<")
_ENDING = re.compile(r"\s+(?:for\s+(\S+)|(info|warning|critical))$")
_ID_LENGTH = 64
HOURS_OFFERED = (1, 8)


class Misunderstood(Struct, frozen=True):
    """Why words mean nothing."""

    words: str


def rule_of(text: str, subject: str) -> AlertRule | Misunderstood:
    """`price > 70000 for 5m critical` as a rule about this subject; `> 70000` is about its price."""
    condition, for_ms, severity = text.strip(), 0, Severity.WARNING
    while (ending := _ENDING.search(condition)) is not None:
        condition = condition[: ending.start()].rstrip()
        if ending[2]:
            severity = Severity(ending[2])
            continue
        duration_ms = parse_duration(ending[1])
        if duration_ms is None:
            return Misunderstood(f"{ending[1]} is no duration such as 30s, 5m or 1h")
        for_ms = duration_ms
    if _SIGN.search(condition) is None:
        return Misunderstood("a field, > or <, and a number are expected: price > 70000")
    if _SIGN.match(condition):
        condition = f"price {condition}"
    whole = condition if not subject or condition.startswith(f"{subject} ") else f"{subject} {condition}"
    return AlertRule(id=rule_id(whole), condition=whole, for_ms=for_ms, severity=severity)


def rule_id(condition: str) -> str:
    """`crypto-btc-price-above-70000`: the condition as an id, the same for the same condition."""
    words = _SIGN.sub(lambda sign: f" {_SIGNS[sign[0]]} ", condition.lower())
    for mark, word in _MARKS.items():
        words = words.replace(mark, f" {word} ")
    return re.sub(r"[^a-z0-9.]+", "-", words).strip("-.")[:_ID_LENGTH].rstrip("-.")


def rules_offered(price: float | None, decimals: int) -> tuple[str, ...]:
    """What may be meant by an alert on an instrument: its price a percent away, and moves."""
    around = () if price is None else (
        f"price > {price * 1.01:.{decimals}f}", f"price < {price * 0.99:.{decimals}f}"
    )  # fmt: skip
    return (*around, "move 1m > 1 %", "change 24h pct > 5 %", "change 24h pct < -5 %", "data age > 60 s")


def silence_of(text: str, alert: Alert, now_ms: int) -> SaveSilence | Misunderstood:
    """`8h being mended`: how long this alert's rule shall tell nothing of this subject, and why."""
    duration, _, comment = text.strip().partition(" ")
    duration_ms = parse_duration(duration)
    if duration_ms is None:
        return Misunderstood(f"{duration or 'nothing'} is no duration such as 30m, 1h or 1d")
    return SaveSilence(
        rule=alert.rule,
        # What is about the engine as a whole has no name, which no pattern but `*` finds.
        subject=alert.subject or "*",
        until_ms=now_ms + duration_ms,
        comment=comment.strip(),
    )


def covering(alert: Alert, silences: Iterable[Silence], now_ms: int) -> tuple[Silence, ...]:
    """The silences that keep an alert quiet now."""
    return tuple(one for one in silences if one.covers(alert, now_ms))


def alert_proposal(
    words: str,
    alerts: Mapping[str, Alert],
    instruments: Collection[InstrumentId],
    now_ms: int,
    selected: Alert | None = None,
) -> Proposal | None:
    """What was typed in the palette, once it is whole.

    `alert crypto:BTC price > 70000`, `alert remove ID`, `ack ID [WHY]`, `silence 1h [RULE [SUBJECT [WHY]]]`,
    `unsilence ID`, `mute 1h [WHY]`, `unmute`; `silence 8h` and `ack` alone are about the selected alert.
    """
    match words.split():
        case ["alert", "remove", name]:
            return Proposal(command=RemoveAlertRule(id=name), question=f"Remove the rule {name}?")
        case ["alert", subject, *_] if subject in instruments or "*" in subject:
            rule = rule_of(words.split(None, 2)[2] if len(words.split()) > 2 else "", subject)
            return Proposal(command=SaveAlertRule(rule=rule)) if isinstance(rule, AlertRule) else None
        case ["ack", name, *why] if name in alerts:
            return Proposal(command=AcknowledgeAlert(id=name, why=" ".join(why)))
        case ["ack", *why] if selected is not None:
            return Proposal(command=AcknowledgeAlert(id=selected.id, why=" ".join(why)))
        case ["silence", duration] if selected is not None:
            order = silence_of(duration, selected, now_ms)
            return Proposal(command=order) if isinstance(order, SaveSilence) else None
        case ["silence", duration, rule_pattern, *rest]:
            return _silence(parse_duration(duration), rule_pattern, rest, now_ms)
        case ["unsilence", name]:
            return Proposal(command=RemoveSilence(id=name))
        case ["mute", duration, *why] if (duration_ms := parse_duration(duration)) is not None:
            return _mute(duration, now_ms + duration_ms, " ".join(why))
        case ["unmute"]:
            return Proposal(command=MuteNotifications(until_ms=now_ms))
    return None


def _mute(duration: str, until_ms: int, why: str) -> Proposal:
    return Proposal(
        command=MuteNotifications(until_ms=until_ms, why=why),
        question=f"Mute all notifications for {duration}?",
        touches=(
            "No channel is told of any alert, and no console shows a toast or rings.",
            "unmute ends it.",
        ),
    )


def _silence(duration_ms: int | None, rule: str, rest: list[str], now_ms: int) -> Proposal | None:
    if duration_ms is None:
        return None
    subject, comment = (rest[0], " ".join(rest[1:])) if rest else ("*", "")
    return Proposal(
        command=SaveSilence(rule=rule, subject=subject, until_ms=now_ms + duration_ms, comment=comment)
    )
