"""`rtp-tui alerts`: what fires, who knows of it, what is kept quiet, and by which rules."""

from collections.abc import Iterator, Sequence

import click
from msgspec import Struct

from rtp_tui.api.wire import encode
from rtp_tui.cli import exit_codes
from rtp_tui.cli.channels import list_channels, list_dead, mute, test_channels, unmute
from rtp_tui.cli.duration import DURATION
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import is_coloured, raw_json, table
from rtp_tui.cli.paths import segment
from rtp_tui.clock import SystemClock
from rtp_tui.model.alerts import AlertState, Severity
from rtp_tui.monitoring.alerts.fields import FIELDS
from rtp_tui.server.alert_bodies import AlertBody, AlertRuleBody, SilenceBody
from rtp_tui.text import age_text, safe

_COLUMNS = ("ID", "STATE", "SEVERITY", "RULE", "SUBJECT", "FOR", "", "WHO")
_COLORS = {
    AlertState.PENDING: "yellow",
    AlertState.FIRING: "red",
    AlertState.ACKNOWLEDGED: "cyan",
    AlertState.SILENCED: "white",
    AlertState.RESOLVED: "green",
}


class AlertPage(Struct, frozen=True):
    """A page of `GET /alerts`."""

    alerts: tuple[AlertBody, ...]
    next_cursor: str | None = None


class SilencePage(Struct, frozen=True):
    """A page of `GET /silences`."""

    silences: tuple[SilenceBody, ...]
    next_cursor: str | None = None


class RulePage(Struct, frozen=True):
    """A page of `GET /alert-rules`."""

    rules: tuple[AlertRuleBody, ...]
    next_cursor: str | None = None


@click.group(invoke_without_command=True)
@global_options()
@json_option()
@click.pass_context
def alerts(context: click.Context, as_json: bool) -> int:
    """List the alerts of a running engine, acknowledge and silence them, and change their rules."""
    if context.invoked_subcommand is None:
        return _list(context.ensure_object(GlobalOptions), {}, as_json=as_json)
    return exit_codes.OK


@alerts.command("list")
@global_options()
@json_option()
@click.option("--active", is_flag=True, help="Only those whose condition holds now.")
@click.option("--rule", metavar="ID", help="Of one rule only.")
@click.option("--subject", metavar="NAME", help="About one instrument, feed or job only.")
@click.option("--since", metavar="MOMENT", help="Only those that changed since: a date or RFC 3339.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, help="How many at most; 100 unless said."
)
@click.pass_obj
def list_alerts(
    options: GlobalOptions,
    active: bool,
    rule: str | None,
    subject: str | None,
    since: str | None,
    limit: int,
    as_json: bool,
) -> int:
    """List alerts, the newest first: those that fire, and those of the past."""
    wanted = {"limit": str(limit), "rule": rule, "subject": subject, "since": since}
    parameters = {name: value for name, value in wanted.items() if value}
    if active:
        parameters["active"] = "true"
    return _list(options, parameters, as_json=as_json)


def _list(options: GlobalOptions, parameters: dict[str, str], *, as_json: bool) -> int:
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    body = ask(options, lambda engine: engine.get("/alerts", parameters))
    if as_json:
        raw_json(body)
    else:
        print_alerts(decoded(body, AlertPage).alerts, SystemClock().now_ms())
    return exit_codes.OK


def print_alerts(listed: Sequence[AlertBody], now_ms: int) -> None:
    """One line an alert under a heading."""
    table([_COLUMNS, *(tuple(_cells(alert, now_ms)) for alert in listed)], indent="")


def _cells(alert: AlertBody, now_ms: int) -> Iterator[str]:
    state = alert.state.value
    yield safe(alert.id)
    yield click.style(state, fg=_COLORS[alert.state]) if is_coloured() else state
    yield alert.severity.value
    yield safe(alert.rule)
    yield safe(alert.subject) or "–"
    yield age_text((alert.resolved_ms or now_ms) - alert.since_ms)
    yield safe(alert.message) + (" (flapping)" if alert.flapping else "")
    yield ", ".join(dict.fromkeys(safe(step.who) for step in alert.history if step.who))


@alerts.command("ack")
@global_options()
@json_option()
@click.argument("alert", metavar="ID")
@click.option("--why", default="", help="What is being done about it.")
@click.pass_obj
def acknowledge(options: GlobalOptions, alert: str, why: str, as_json: bool) -> int:
    """Say that an alert is known."""
    return _post(options, f"/alerts/{segment(alert)}/ack", {"why": why}, as_json=as_json)


@alerts.command("silence")
@global_options()
@json_option()
@click.option("--rule", default="*", metavar="ID", help="Of these rules only, with * and ?.")
@click.option("--subject", default="*", metavar="NAME", help="About these only, with * and ?.")
@click.option(
    "--for", "for_ms", type=DURATION, required=True, metavar="DURATION", help="So long: 30m, 2h, 1d."
)
@click.option("--comment", default="", help="Why.")
@click.pass_obj
def silence(options: GlobalOptions, rule: str, subject: str, for_ms: int, comment: str, as_json: bool) -> int:
    """Keep alerts quiet for a while: they are still seen, and tell nobody."""
    from rtp_tui.cli.engine import decoded, order  # heavy: HTTP

    wanted = {"rule": rule, "subject": subject, "for_ms": for_ms, "comment": comment}
    body = order(options, lambda engine: engine.post("/silences", encode(wanted)))
    if as_json:
        raw_json(body)
    else:
        made = decoded(body, SilenceBody)
        click.echo(f"silence {safe(made.id)}: {safe(made.rule)} {safe(made.subject)} for {age_text(for_ms)}")
    return exit_codes.OK


@alerts.command("silences")
@global_options()
@json_option()
@click.option("--all", "also_over", is_flag=True, help="Those that are over too.")
@click.pass_obj
def list_silences(options: GlobalOptions, also_over: bool, as_json: bool) -> int:
    """List silences."""
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    parameters = {"all": "true"} if also_over else {}
    body = ask(options, lambda engine: engine.get("/silences", {**parameters, "limit": "10000"}))
    if as_json:
        raw_json(body)
        return exit_codes.OK
    now_ms = SystemClock().now_ms()
    table(
        [
            ("ID", "RULE", "SUBJECT", "LEFT", "WHO", ""),
            *(
                (
                    *map(safe, (one.id, one.rule, one.subject)),
                    _left(one, now_ms),
                    safe(one.who),
                    safe(one.comment),
                )
                for one in decoded(body, SilencePage).silences
            ),
        ],
        indent="",
    )
    return exit_codes.OK


def _left(one: SilenceBody, now_ms: int) -> str:
    return age_text(one.until_ms - now_ms) if one.until_ms > now_ms else "over"


@alerts.command("unsilence")
@global_options()
@json_option()
@click.argument("silence", metavar="ID")
@click.pass_obj
def unsilence(options: GlobalOptions, silence: str, as_json: bool) -> int:
    """End a silence now."""
    return _delete(options, f"/silences/{segment(silence)}", as_json=as_json)


@alerts.command("rules")
@global_options()
@json_option()
@click.pass_obj
def list_rules(options: GlobalOptions, as_json: bool) -> int:
    """List all rules, the disabled ones too."""
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    body = ask(options, lambda engine: engine.get("/alert-rules", {"limit": "10000"}))
    if as_json:
        raw_json(body)
        return exit_codes.OK
    rows = (
        (
            safe(one.id),
            one.severity.value,
            safe(one.condition),
            age_text(one.for_ms) if one.for_ms else "at once",
            one.origin.value.replace("_", " "),
            safe(", ".join(one.instruments)) + ("" if one.enabled else " disabled"),
        )
        for one in decoded(body, RulePage).rules
    )
    table([("ID", "SEVERITY", "CONDITION", "AFTER", "FROM", ""), *rows], indent="")
    return exit_codes.OK


@alerts.command("fields")
@global_options()
@click.pass_obj
def list_fields(_options: GlobalOptions) -> int:
    """List what a condition can look at."""
    rows = ((one.name, one.about.value, one.unit.value or "–", one.meaning) for one in FIELDS.values())
    table([("FIELD", "OF", "UNIT", ""), *rows], indent="")
    return exit_codes.OK


@alerts.command("add")
@global_options()
@json_option()
@click.argument("rule", metavar="ID")
@click.argument("condition", nargs=-1, required=True)
@click.option("--for", "for_ms", type=DURATION, default=0, metavar="DURATION", help="It must hold so long.")
@click.option("--cool-down", "cool_down_ms", type=DURATION, default=300_000, metavar="DURATION")
@click.option("--hysteresis", type=float, default=0.0, help="How far the value must return.")
@click.option("--severity", type=click.Choice([one.value for one in Severity]), default="warning")
@click.option("--message", default="", help="{subject} {value} {threshold} are filled in.")
@click.pass_obj
def add_rule(
    options: GlobalOptions,
    rule: str,
    condition: tuple[str, ...],
    for_ms: int,
    cool_down_ms: int,
    hysteresis: float,
    severity: str,
    message: str,
    as_json: bool,
) -> int:
    """Add a rule, or change the one of its id: rtp-tui alerts add btc-high "crypto:BTC price > 70000"."""
    from rtp_tui.cli.engine import decoded, order  # heavy: HTTP

    wanted = {
        "id": rule,
        "condition": " ".join(condition),
        "for_ms": for_ms,
        "cool_down_ms": cool_down_ms,
        "hysteresis": hysteresis,
        "severity": severity,
        "message": message,
    }
    body = order(options, lambda engine: engine.post("/alert-rules", encode(wanted)))
    if as_json:
        raw_json(body)
    else:
        made = decoded(body, AlertRuleBody)
        click.echo(f"{safe(made.id)}: {safe(made.condition)}")
    return exit_codes.OK


@alerts.command("remove")
@global_options()
@json_option()
@click.argument("rule", metavar="ID")
@click.pass_obj
def remove_rule(options: GlobalOptions, rule: str, as_json: bool) -> int:
    """Remove a rule that was added; a built-in one of its id holds again."""
    return _delete(options, f"/alert-rules/{segment(rule)}", as_json=as_json)


for command in (test_channels, list_channels, list_dead, mute, unmute):
    alerts.add_command(command)


def _post(options: GlobalOptions, path: str, body: dict[str, object], *, as_json: bool) -> int:
    from rtp_tui.cli.answer import tell_done  # heavy: HTTP
    from rtp_tui.cli.engine import order

    return tell_done(order(options, lambda engine: engine.post(path, encode(body))), as_json=as_json)


def _delete(options: GlobalOptions, path: str, *, as_json: bool) -> int:
    from rtp_tui.cli.answer import tell_done  # heavy: HTTP
    from rtp_tui.cli.engine import order

    return tell_done(order(options, lambda engine: engine.delete(path)), as_json=as_json)
