"""`rtp-tui watchlists`: instruments that somebody keeps an eye on."""

from collections.abc import Sequence

import click
from msgspec import Struct

from rtp_tui.api.wire import encode
from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import raw_json, table
from rtp_tui.cli.paths import segment
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.watchlists import Watchlist
from rtp_tui.text import safe


class WatchlistPage(Struct, frozen=True):
    """A page of `GET /watchlists`."""

    watchlists: tuple[Watchlist, ...]
    next_cursor: str | None = None


class WantedWatchlist(Struct, frozen=True):
    """What is put in the place of a watchlist."""

    instruments: tuple[InstrumentId, ...]
    subscribe: bool = False


@click.group(invoke_without_command=True)
@global_options()
@json_option()
@click.pass_context
def watchlists(context: click.Context, as_json: bool) -> int:
    """List the watchlists of a running engine, save and remove."""
    if context.invoked_subcommand is not None:
        return exit_codes.OK
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    body = ask(context.ensure_object(GlobalOptions), lambda engine: engine.get("/watchlists"))
    if as_json:
        raw_json(body)
    else:
        print_watchlists(decoded(body, WatchlistPage).watchlists)
    return exit_codes.OK


@watchlists.command("save")
@global_options()
@json_option()
@click.argument("name")
@click.argument("instruments", nargs=-1, required=True, metavar="INSTRUMENT...")
@click.option(
    "--subscribe", is_flag=True, help="Have what nobody prices yet priced, where a provider lists it."
)
@click.pass_obj
def save(
    options: GlobalOptions, name: str, instruments: Sequence[str], subscribe: bool, as_json: bool
) -> int:
    """Add a watchlist, or put it in the place of the one of its name."""
    from rtp_tui.cli.engine import decoded, order  # heavy: HTTP

    wanted = WantedWatchlist(tuple(map(InstrumentId, instruments)), subscribe)
    body = order(options, lambda engine: engine.put(_path(name), encode(wanted)))
    if as_json:
        raw_json(body)
    else:
        print_watchlists((decoded(body, Watchlist),))
    return exit_codes.OK


@watchlists.command("remove")
@global_options()
@json_option()
@click.argument("name")
@click.pass_obj
def remove(options: GlobalOptions, name: str, as_json: bool) -> int:
    """Forget a watchlist."""
    from rtp_tui.cli.answer import tell_done  # heavy: HTTP
    from rtp_tui.cli.engine import order

    return tell_done(order(options, lambda engine: engine.delete(_path(name))), as_json=as_json)


def print_watchlists(listed: Sequence[Watchlist]) -> None:
    """One line a watchlist under a heading."""
    rows = [
        (safe(one.name), str(len(one.instruments)), safe(", ".join(one.instruments), 400)) for one in listed
    ]
    table([("WATCHLIST", "INSTRUMENTS", ""), *rows], indent="")


def _path(name: str) -> str:
    return f"/watchlists/{segment(name)}"
