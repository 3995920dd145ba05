"""How answers of an engine are printed."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from msgspec import Raw

from rtp_tui.cli import exit_codes, output
from rtp_tui.cli.answer import say_done
from rtp_tui.cli.engine import Engine, EngineAddress
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.status import print_status
from rtp_tui.cli.watching import channels, latest, show_json, show_line
from rtp_tui.model.events import Event
from rtp_tui.model.statistics import ServerStatus
from rtp_tui.net.http import HttpReply, HttpUnreachable
from rtp_tui.net.settings import NetSettings
from rtp_tui.server.bodies import health_body, quote_body
from rtp_tui.server.overview import status_body
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import NOW_MS, a_health_report, a_quote, a_verdict, an_instrument

Captured = pytest.CaptureFixture[str]


def an_engine(answers: Mapping[str, HttpReply]) -> Engine:
    """An engine whose answers are in a table; whatever is not there cannot be reached."""

    class Table:
        async def get(self, path: str, params: object = None) -> HttpReply:
            return await self.post(path)

        async def post(self, path: str, body: bytes | None = None, params: object = None) -> HttpReply:
            if path not in answers:
                raise HttpUnreachable("box: Connection refused")
            return answers[path]

        async def put(self, path: str, body: bytes) -> HttpReply:
            return await self.post(path)

        async def patch(self, path: str, body: bytes) -> HttpReply:
            return await self.post(path)

        async def delete(self, path: str) -> HttpReply:
            return await self.post(path)

    address = EngineAddress(
        url="http://box:1", found_by="as told", data_dir=Path(), net=NetSettings(), token=None
    )
    return Engine(Table(), address)


def a_state() -> PipelineState:
    state = PipelineState((an_instrument(), an_instrument("stocks:TCS")))
    for event in (Event(1, a_quote()), Event(2, a_verdict()), Event(3, a_health_report())):
        state.apply(event)
    return state


def quotes() -> HttpReply:
    state = a_state()
    bodies = [quote_body(state, one) for one in state.market.instruments.values()]
    return HttpReply(200, {}, msgspec.json.encode({"quotes": bodies, "next_cursor": None}))


def ids(found: list[Raw]) -> list[str]:
    return [msgspec.json.decode(bytes(quote))["id"] for quote in found]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), ["crypto:BTC", "stocks:TCS"]),
        (("*",), ["crypto:BTC", "stocks:TCS"]),
        (("TCS",), ["stocks:TCS"]),
        (("crypto:*", "crypto:BTC"), ["crypto:BTC"]),
    ],
)
async def test_instruments_are_named_by_id_symbol_or_wildcard(
    names: tuple[str, ...], expected: list[str]
) -> None:
    assert ids(await latest(an_engine({"/market/latest": quotes()}), names)) == expected


async def test_an_instrument_that_is_not_there_is_told() -> None:
    with pytest.raises(CommandFailed, match="no instrument is called 'XYZ'"):
        await latest(an_engine({"/market/latest": quotes()}), ("XYZ",))


async def test_every_name_is_looked_up_but_a_wildcard() -> None:
    assert await channels(an_engine({}), ()) == ("*",)
    assert await channels(an_engine({}), ("crypto:*",)) == ("crypto:*",)
    engine = an_engine({"/market/latest": quotes()})
    assert await channels(engine, ("crypto:*", "stocks:tcs")) == ("crypto:*", "stocks:TCS")
    assert await channels(engine, ("BTC",)) == ("crypto:BTC",)
    with pytest.raises(CommandFailed, match="no instrument is called 'stocks:XYZ'"):
        await channels(engine, ("stocks:XYZ",))


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, exit_codes.NOT_ALLOWED), (403, exit_codes.NOT_ALLOWED), (404, exit_codes.FAILURE)],
)
async def test_a_refusal_is_told_in_the_engines_words(status: int, code: int) -> None:
    problem = b'{"title":"No","status":0,"code":"x","detail":"this door does not take commands"}'

    with pytest.raises(CommandFailed, match="this door does not take commands") as caught:
        await an_engine({"/stop": HttpReply(status, {}, problem)}).post("/stop")

    assert caught.value.code == code


async def test_something_else_that_answers_is_told_apart() -> None:
    engine = an_engine(
        {"/status": HttpReply(500, {}, b"<html>"), "/market/latest": HttpReply(200, {}, b"<html>")}
    )

    with pytest.raises(CommandFailed, match="answers HTTP 500"):
        await engine.get("/status")
    with pytest.raises(CommandFailed, match="is not this program"):
        await latest(engine, ())


async def test_an_engine_that_cannot_be_reached_says_where_it_was_looked_for() -> None:
    with pytest.raises(CommandFailed, match=r"http://box:1 .*refused.*as told") as caught:
        await an_engine({}).get("/status")

    assert caught.value.code == exit_codes.UNREACHABLE


def test_a_quote_is_one_aligned_line(capsys: Captured) -> None:
    body = quote_body(a_state(), an_instrument())

    show_line(Raw(msgspec.json.encode(body)))

    (line,) = capsys.readouterr().out.splitlines()
    assert line.split() == ["14:13:20", "crypto:BTC", "67,830.12", "+1.88%", "live", "binance:BTCUSDT"]


def test_a_quote_that_is_not_known_yet_is_dashes(capsys: Captured) -> None:
    show_line(Raw(msgspec.json.encode(quote_body(a_state(), an_instrument("stocks:TCS")))))

    assert capsys.readouterr().out.split() == ["--:--:--", "stocks:TCS", "–", "–", "unknown", "–"]


def test_json_is_passed_on_as_it_came(capsys: Captured) -> None:
    show_json(Raw(b'{"id":"x","new_field":1}'))

    assert capsys.readouterr().out == '{"id":"x","new_field":1}\n'


def test_the_status_is_a_page_of_groups(capsys: Captured) -> None:
    state = a_state()

    print_status(
        "http://box:1",
        status_body(state, ServerStatus(at_ms=NOW_MS), NOW_MS),
        health_body(state, "1.2.3", NOW_MS),
    )

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("engine")
    assert "rtp-tui 1.2.3" in lines[0]
    assert lines[1].split()[:3] == ["health", "healthy", "93"]
    assert ["binance", "stopped", "2", "active", "0", "standby"] in [line.split() for line in lines]


def test_what_others_wrote_cannot_drive_the_terminal(capsys: Captured) -> None:
    say_done(b'{"message":"\\u001b[2Jdone\\u202e","affected":["a\\u0007b"]}')

    assert capsys.readouterr().out == "done\n  ab\n"


def test_columns_stand_one_below_the_other(capsys: Captured) -> None:
    output.table([("a", "long cell", "x"), ("bbb", "c", "")])

    assert capsys.readouterr().out == "  a    long cell  x\n  bbb  c\n"
