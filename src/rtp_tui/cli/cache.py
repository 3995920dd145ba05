"""`rtp-tui cache`: how often an answer was at hand, and orders to forget."""

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import raw_json, table
from rtp_tui.server.cache_bodies import CacheStatusBody
from rtp_tui.text import byte_text


@click.group(invoke_without_command=True)
@global_options()
@json_option()
@click.pass_context
def cache(context: click.Context, as_json: bool) -> int:
    """Show the cache of a running engine, make it forget."""
    if context.invoked_subcommand is None:
        return _show(context.ensure_object(GlobalOptions), as_json=as_json)
    return exit_codes.OK


@cache.command()
@global_options()
@json_option()
@click.option("--pattern", help="Only keys that match, with * and ?: history:bars:crypto:BTC:*")
@click.pass_obj
def clear(options: GlobalOptions, pattern: str | None, as_json: bool) -> int:
    """Forget all cached answers, or those whose key matches a pattern."""
    from urllib.parse import quote  # with the other modules of HTTP

    from rtp_tui.cli.answer import tell_done  # heavy: HTTP
    from rtp_tui.cli.engine import order

    if pattern is None:
        return tell_done(order(options, lambda engine: engine.post("/cache/clear")), as_json=as_json)
    path = f"/cache?pattern={quote(pattern)}"
    return tell_done(order(options, lambda engine: engine.delete(path)), as_json=as_json)


@cache.command()
@global_options()
@json_option()
@click.pass_obj
def optimize(options: GlobalOptions, as_json: bool) -> int:
    """Forget what expired and what is hardly worth its place."""
    from rtp_tui.cli.answer import tell_done  # heavy: HTTP
    from rtp_tui.cli.engine import order

    return tell_done(order(options, lambda engine: engine.post("/cache/optimize")), as_json=as_json)


def _show(options: GlobalOptions, *, as_json: bool) -> int:
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    body = ask(options, lambda engine: engine.get("/cache"))
    if as_json:
        raw_json(body)
    else:
        print_cache(decoded(body, CacheStatusBody))
    return exit_codes.OK


def print_cache(status: CacheStatusBody) -> None:
    """One line a figure."""
    rate = "–" if status.hit_rate is None else f"{status.hit_rate:.1f} %"
    lines = (
        ("hit rate", rate),
        ("entries", f"{status.entries:,} of {status.limit:,}, about {byte_text(status.bytes)}"),
        ("hits", f"{status.hits:,}, {status.stale_hits:,} stale"),
        ("misses", f"{status.misses:,}, {status.joined:,} waited for another's question"),
        ("failures", f"{status.failures:,}"),
        ("evictions", f"{status.evictions:,}"),
        ("expirations", f"{status.expirations:,}"),
    )
    table(lines, indent="")
