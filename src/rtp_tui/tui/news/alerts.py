"""What is told of alerts, silences and the channels that tell of them."""

from collections.abc import Iterator

from rtp_tui.model.alerts import Alert, AlertState, Severity, Silence
from rtp_tui.model.notifications import ChannelState, ChannelStatus, Mute
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.durations import countdown_text
from rtp_tui.tui.news.item import News

_ALERT_TONES = {
    AlertState.RESOLVED: Tone.OK,
    AlertState.ACKNOWLEDGED: Tone.INFO,
    AlertState.SILENCED: Tone.INFO,
}
_SEVERITY_TONES = {Severity.INFO: Tone.INFO, Severity.WARNING: Tone.WARN, Severity.CRITICAL: Tone.BAD}
_ALERT_WORDS = {
    AlertState.FIRING: "fires",
    AlertState.ACKNOWLEDGED: "acknowledged",
    AlertState.SILENCED: "silenced",
    AlertState.RESOLVED: "resolved",
}


def of_alert(now: Alert, before: Alert | None) -> Iterator[News]:
    """What anybody may be told of: pending ones, and those that came to nothing, are nobody's news."""
    was = AlertState.PENDING if before is None else before.state
    if now.state in (was, AlertState.PENDING) or (was is AlertState.PENDING and not now.fired_ms):
        return
    step = now.history[-1] if now.history else None
    who = f" by {step.who}" if step is not None and step.who else ""
    why = f": {step.why}" if step is not None and step.why else ""
    tone = _ALERT_TONES.get(now.state, _SEVERITY_TONES[now.severity])
    words = f"alert {_ALERT_WORDS[now.state]}{who}{why}: {now.message}"
    cause = f"rule {now.rule}{who}{why}"
    yield News(now.changed_ms, tone, now.subject or "engine", words, cause)


def of_silence(now: Silence, before: Silence | None, now_ms: int) -> Iterator[News]:
    """It begins, or ends."""
    who = f" by {now.who}" if now.who else ""
    why = f": {now.comment}" if now.comment else ""
    if now.until_ms > now_ms:
        lasts = countdown_text(now.until_ms - now_ms)
        yield News(now_ms, Tone.INFO, now.subject, f"{now.rule} silenced for {lasts}{who}{why}", now.comment)
    elif before is not None:
        yield News(now_ms, Tone.INFO, now.subject, f"{now.rule} silenced no more{who}", now.comment)


def of_mute(now: Mute, now_ms: int) -> News:
    """All is quiet from now on, or told again."""
    who = f" by {now.who}" if now.who else ""
    why = f": {now.why}" if now.why else ""
    lasts = f"muted for {countdown_text(now.until_ms - now_ms)}" if now.until_ms > now_ms else "told again"
    return News(now.at_ms, Tone.INFO, "notices", f"{lasts}{who}{why}", now.why)


def of_channel(now: ChannelStatus, before: ChannelStatus | None, now_ms: int) -> Iterator[News]:
    """That people cannot be told, and that they can again."""
    was = ChannelState.READY if before is None else before.state
    if now.state is was:
        return
    tone = Tone.OK if now.state is ChannelState.READY else Tone.BAD
    why = f": {now.last_error}" if now.last_error else ""
    yield News(now_ms, tone, now.name, f"channel {now.state}{why}", now.last_error)
