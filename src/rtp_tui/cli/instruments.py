"""`rtp-tui instruments`: what a running engine prices, one more of it, or one less."""

from typing import TYPE_CHECKING

import click
import msgspec
from msgspec import Struct

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import raw_json, table
from rtp_tui.cli.paths import segment
from rtp_tui.model.instrument import InstrumentId, Priority
from rtp_tui.server.bodies import InstrumentBody
from rtp_tui.text import safe

if TYPE_CHECKING:
    from rtp_tui.cli.engine import Engine

_COLUMNS = ("INSTRUMENT", "NAME", "MARKET", "PRIORITY", "FEEDS")


class InstrumentPage(Struct, frozen=True):
    """A page of `GET /instruments`."""

    instruments: tuple[InstrumentBody, ...]
    next_cursor: str | None = None


async def known_ids(engine: "Engine") -> list[InstrumentId]:
    """The ids of all instruments. Raises CommandFailed."""
    from rtp_tui.cli.engine import decoded  # heavy: HTTP

    ids: list[InstrumentId] = []
    cursor: str | None = ""
    while cursor is not None:
        page = decoded(await engine.get("/instruments", {"cursor": cursor}), InstrumentPage)
        ids += [InstrumentId(one.id) for one in page.instruments]
        cursor = page.next_cursor
    return ids


@click.group(invoke_without_command=True)
@global_options()
@json_option()
@click.pass_context
def instruments(context: click.Context, as_json: bool) -> int:
    """List the instruments of a running engine, add one, or remove one."""
    if context.invoked_subcommand is None:
        return _list(context.ensure_object(GlobalOptions), as_json=as_json)
    return exit_codes.OK


@instruments.command("list")
@global_options()
@json_option()
@click.pass_obj
def list_instruments(options: GlobalOptions, as_json: bool) -> int:
    """List all instruments and the feeds that price them."""
    return _list(options, as_json=as_json)


@instruments.command()
@global_options()
@json_option()
@click.argument("instrument", metavar="ID")
@click.argument("feeds", metavar="FEED...", nargs=-1, required=True)
@click.option("--name", help="What it is called; its symbol where nothing is said.")
@click.option("--currency", help="What it is priced in.")
@click.option("--market", help="Whose hours it keeps.")
@click.option("--priority", type=click.Choice([one.value for one in Priority]))
@click.option("--precision", type=click.IntRange(0, 12), help="Decimals to show.")
@click.pass_obj
def add(
    options: GlobalOptions, /, instrument: str, feeds: tuple[str, ...], as_json: bool, **fields: object
) -> int:
    """Price one more instrument by these feeds, from now on and after a restart too."""
    from rtp_tui.cli.engine import decoded, order  # heavy: HTTP

    said = {name: value for name, value in fields.items() if value is not None}
    body = msgspec.json.encode({"id": instrument, "feeds": feeds, **said})
    answer = order(options, lambda engine: engine.post("/instruments", body))
    if as_json:
        raw_json(answer)
    else:
        _print((decoded(answer, InstrumentBody),))
    return exit_codes.OK


@instruments.command()
@global_options()
@json_option()
@click.argument("instrument", metavar="ID")
@click.pass_obj
def remove(options: GlobalOptions, instrument: str, as_json: bool) -> int:
    """Price an instrument no more; its history stays."""
    from rtp_tui.cli.answer import tell_done  # heavy: HTTP
    from rtp_tui.cli.engine import order

    path = f"/instruments/{segment(instrument)}"
    return tell_done(order(options, lambda engine: engine.delete(path)), as_json=as_json)


def _list(options: GlobalOptions, *, as_json: bool) -> int:
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    body = ask(options, lambda engine: engine.get("/instruments"))
    if as_json:
        raw_json(body)
    else:
        _print(decoded(body, InstrumentPage).instruments)
    return exit_codes.OK


def _print(found: tuple[InstrumentBody, ...]) -> None:
    rows = (
        (safe(one.id), safe(one.name), safe(one.market), one.priority.value, safe(" ".join(one.feeds)))
        for one in found
    )
    table([_COLUMNS, *rows], indent="")
