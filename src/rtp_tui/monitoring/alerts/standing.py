"""How one rule stands with one subject: since when it holds, how often that changed, when it may fire again."""

from collections import deque

from rtp_tui.model.alerts import Alert
from rtp_tui.monitoring.alerts.rules import Rule

FLAPPING_WITHIN_MS = 600_000
FLAPPING_FROM, CALM_TO = 6, 2
"""Changes within that time from which it flaps, and to which it is calm again."""
_CHANGES = 21


class Standing:
    """Told values and the time; `alert` is what has become of it."""

    __slots__ = (
        "_changes",
        "_flaps",
        "alert",
        "feed",
        "holds",
        "is_told",
        "quiet_until_ms",
        "rule",
        "seen_ms",
        "settled_ms",
        "since_ms",
        "subject",
    )

    def __init__(self, rule: Rule, subject: str, now_ms: int) -> None:
        self.rule = rule
        self.subject = subject
        self.feed = ""
        self.holds = False
        self.since_ms = self.seen_ms = now_ms
        self.alert: Alert | None = None
        self.is_told = False
        """Somebody was told of it while it was pending."""
        self.quiet_until_ms = 0
        """It does not fire again before."""
        self.settled_ms = 0
        """It is not resolved before."""
        self._changes: deque[int] = deque(maxlen=_CHANGES)
        self._flaps = False

    def restore(self, alert: Alert, settled_ms: int) -> None:
        """Go on from what an earlier run knew."""
        self.feed = alert.feed
        if alert.is_firing:
            self.holds, self.since_ms, self.alert = True, alert.since_ms, alert
            self.settled_ms = settled_ms
        elif alert.resolved_ms is not None:
            self.resolved(alert.resolved_ms)

    def follow_clock(self, set_by_ms: int) -> None:
        """The clock was set by so much."""
        self.since_ms += set_by_ms
        self.seen_ms += set_by_ms
        self.quiet_until_ms += set_by_ms
        self.settled_ms += set_by_ms
        self._changes = deque((at_ms + set_by_ms for at_ms in self._changes), maxlen=_CHANGES)

    def note(self, value: float, now_ms: int) -> None:
        """Take a value: it may begin or end to hold."""
        self.seen_ms = now_ms
        has_fired = self.alert is not None and self.alert.fired_ms is not None
        holds = self.rule.condition.holds(value, self.rule.spec.hysteresis if has_fired else 0.0)
        if holds is not self.holds:
            self.holds = holds
            self._changes.append(now_ms)
            if holds:
                self.since_ms = now_ms

    def is_due(self, now_ms: int) -> bool:
        """It has held for long enough, and did not fire only just now."""
        return now_ms - self.since_ms >= self.rule.spec.for_ms and now_ms >= self.quiet_until_ms

    def may_end(self, now_ms: int) -> bool:
        """What fired ends only in calm; after a restart it is given time to be measured."""
        has_fired = self.alert is not None and self.alert.fired_ms is not None
        return not has_fired or (now_ms >= self.settled_ms and not self.is_flapping(now_ms))

    def resolved(self, now_ms: int) -> None:
        """Its alert is over: it cools down."""
        self.quiet_until_ms = now_ms + self.rule.spec.cool_down_ms
        self.is_told = False

    def is_flapping(self, now_ms: int) -> bool:
        """It comes and goes: once it does, until there is calm."""
        changes = sum(now_ms - at_ms < FLAPPING_WITHIN_MS for at_ms in self._changes)
        self._flaps = changes >= FLAPPING_FROM or (self._flaps and changes > CALM_TO)
        return self._flaps

    def is_over(self, now_ms: int) -> bool:
        """Nothing is left to be remembered of it."""
        is_idle = self.alert is None and not self.holds and now_ms >= self.quiet_until_ms
        return is_idle and not any(now_ms - at_ms < FLAPPING_WITHIN_MS for at_ms in self._changes)
