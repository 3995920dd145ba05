"""`rtp-tui alerts test|channels|dead|mute|unmute`: where people are told of alerts, and whether that works."""

from collections.abc import Iterator

import click
from msgspec import Struct

from rtp_tui.api.wire import encode
from rtp_tui.cli import exit_codes
from rtp_tui.cli.duration import DURATION
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import is_coloured, raw_json, table
from rtp_tui.cli.paths import segment
from rtp_tui.clock import SystemClock
from rtp_tui.model.notifications import ChannelState, ChannelTest
from rtp_tui.server.notification_bodies import ChannelBody, LetterBody, MuteBody
from rtp_tui.text import age_text, day_time_text, safe

_COLUMNS = ("CHANNEL", "KIND", "STATE", "FROM", "SENT", "FAILED", "WAITING", "DEAD", "LAST", "ERROR")
_COLORS = {ChannelState.READY: "green", ChannelState.FAILING: "red", ChannelState.UNUSABLE: "yellow"}
_HEARTBEAT = "heartbeat"
TEST_WITHIN_S = 130.0


class ChannelsPage(Struct, frozen=True):
    """A page of `GET /channels`."""

    channels: tuple[ChannelBody, ...]
    mute: MuteBody | None = None


class LettersPage(Struct, frozen=True):
    """A page of `GET /channels/NAME/dead`."""

    letters: tuple[LetterBody, ...]


class Tests(Struct, frozen=True):
    """What `alerts test --json` prints."""

    tests: tuple[ChannelTest, ...]


class Retry(Struct, frozen=True):
    """What came of the dead letters of one channel."""

    channel: str
    message: str


class Retries(Struct, frozen=True):
    """What `alerts dead --retry --json` prints."""

    retries: tuple[Retry, ...]


@click.command("test")
@global_options()
@json_option()
@click.argument("channel", required=False)
@click.pass_obj
def test_channels(options: GlobalOptions, channel: str | None, as_json: bool) -> int:
    """Send a test alert through a channel, or through all."""
    names = (channel,) if channel else tuple(one.name for one in _channels(options).channels if _sends(one))
    tests = tuple(_test(options, name) for name in names)
    if as_json:
        raw_json(encode(Tests(tests)))
    elif tests:
        table([("CHANNEL", "", "TOOK", ""), *map(_test_cells, tests)], indent="")
    else:
        click.echo("no channel is configured: see [channels] in config.example.toml", err=True)
    return exit_codes.OK if tests and all(one.ok for one in tests) else exit_codes.FAILURE


@click.command("channels")
@global_options()
@json_option()
@click.pass_obj
def list_channels(options: GlobalOptions, as_json: bool) -> int:
    """List the channels, and how they stand."""
    found = _channels(options)
    if as_json:
        raw_json(encode(found))
        return exit_codes.OK
    now_ms = SystemClock().now_ms()
    table([_COLUMNS, *(tuple(_channel_cells(one, now_ms)) for one in found.channels)], indent="")
    if found.mute is not None:
        click.echo(_mute_words(found.mute), err=True)
    return exit_codes.OK


@click.command("dead")
@global_options()
@json_option()
@click.argument("channel", required=False)
@click.option("--retry", is_flag=True, help="Send them again.")
@click.pass_obj
def list_dead(options: GlobalOptions, channel: str | None, retry: bool, as_json: bool) -> int:
    """List what could not be sent, and send it again."""
    listed = _channels(options).channels if channel is None else ()
    names = (channel,) if channel else tuple(one.name for one in listed if one.dead)
    if retry:
        return _retry(options, names, as_json=as_json)
    letters = tuple(letter for name in names for letter in _letters(options, name))
    if as_json:
        raw_json(encode(LettersPage(letters)))
        return exit_codes.OK
    now_ms = SystemClock().now_ms()
    rows = (tuple(_letter_cells(one, now_ms)) for one in letters)
    table([("CHANNEL", "AGE", "TRIED", "SUBJECT", "ERROR"), *rows], indent="")
    return exit_codes.OK


@click.command("mute")
@global_options()
@json_option()
@click.option("--for", "for_ms", type=DURATION, required=True, metavar="DURATION", help="So long: 30m, 2h.")
@click.option("--why", default="", help="Why.")
@click.pass_obj
def mute(options: GlobalOptions, for_ms: int, why: str, as_json: bool) -> int:
    """Send no alert to any channel for a while; they fire and are listed as ever."""
    from rtp_tui.cli.engine import decoded, order  # heavy: HTTP

    body = order(options, lambda engine: engine.post("/mute", encode({"for_ms": for_ms, "why": why})))
    if as_json:
        raw_json(body)
    else:
        click.echo(_mute_words(decoded(body, MuteBody)))
    return exit_codes.OK


@click.command("unmute")
@global_options()
@json_option()
@click.pass_obj
def unmute(options: GlobalOptions, as_json: bool) -> int:
    """Send alerts again."""
    from rtp_tui.cli.engine import order  # heavy: HTTP

    body = order(options, lambda engine: engine.delete("/mute"))
    if as_json:
        raw_json(body)
    else:
        click.echo("alerts are sent again")
    return exit_codes.OK


def _channels(options: GlobalOptions) -> ChannelsPage:
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    return decoded(ask(options, lambda engine: engine.get("/channels", {"limit": "1000"})), ChannelsPage)


def _letters(options: GlobalOptions, name: str) -> tuple[LetterBody, ...]:
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    path = f"/channels/{segment(name)}/dead"
    return decoded(ask(options, lambda engine: engine.get(path, {"limit": "1000"})), LettersPage).letters


def _test(options: GlobalOptions, name: str) -> ChannelTest:
    from rtp_tui.cli.engine import decoded, order  # heavy: HTTP

    path = f"/channels/{segment(name)}/test"
    body = order(options, lambda engine: engine.post(path), within_s=TEST_WITHIN_S)
    return decoded(body, ChannelTest)


def _retry(options: GlobalOptions, names: tuple[str, ...], *, as_json: bool) -> int:
    retries = tuple(Retry(name, _retried(options, name)) for name in names)
    if as_json:
        raw_json(encode(Retries(retries)))
        return exit_codes.OK
    for one in retries:
        click.echo(safe(one.message))
    if not retries:
        click.echo("nothing to send again")
    return exit_codes.OK


def _retried(options: GlobalOptions, name: str) -> str:
    """What came of it, in the engine's words."""
    from rtp_tui.cli.answer import OrderAnswer  # heavy: HTTP
    from rtp_tui.cli.engine import decoded, order

    path = f"/channels/{segment(name)}/retry"
    return decoded(order(options, lambda engine: engine.post(path)), OrderAnswer).message


def _sends(channel: ChannelBody) -> bool:
    return channel.kind != _HEARTBEAT


def _test_cells(test: ChannelTest) -> tuple[str, ...]:
    word, color = ("ok", "green") if test.ok else ("failed", "red")
    styled = click.style(word, fg=color) if is_coloured() else word
    return safe(test.channel), styled, f"{test.took_ms} ms", safe(test.error)


def _channel_cells(channel: ChannelBody, now_ms: int) -> Iterator[str]:
    state = channel.state.value
    yield safe(channel.name)
    yield safe(channel.kind)
    yield click.style(state, fg=_COLORS[channel.state]) if is_coloured() else state
    yield channel.severity.value
    yield from map(str, (channel.sent, channel.failed, channel.waiting, channel.dead))
    yield age_text(None if channel.last_sent_ms is None else now_ms - channel.last_sent_ms)
    yield safe(channel.last_error)


def _letter_cells(letter: LetterBody, now_ms: int) -> Iterator[str]:
    yield safe(letter.channel)
    yield age_text(now_ms - letter.created_ms)
    yield str(letter.attempts)
    yield safe(letter.subject) + (f" (and {letter.messages - 1} more)" if letter.messages > 1 else "")
    yield safe(letter.error)


def _mute_words(mute: MuteBody) -> str:
    why = f": {safe(mute.why)}" if mute.why else ""
    return f"muted until {day_time_text(mute.until_ms)} UTC by {safe(mute.who)}{why}"
