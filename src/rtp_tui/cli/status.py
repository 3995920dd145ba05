"""`rtp-tui status`: how a running engine is."""

from collections.abc import Iterator

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options
from rtp_tui.cli.output import heading, raw_json, table, verdict
from rtp_tui.server.bodies import HealthBody
from rtp_tui.server.feed_bodies import FeedBody
from rtp_tui.server.overview import StatusBody
from rtp_tui.text import age_text, compact, safe


@click.command()
@global_options()
@click.option("--json", "as_json", is_flag=True, help="Print the answer of GET /status.")
@click.pass_obj
def status(options: GlobalOptions, as_json: bool) -> int:
    """Say how a running engine is: health, parts, feeds and markets."""
    from rtp_tui.cli.engine import Engine, ask, decoded  # heavy: HTTP

    async def both(engine: Engine) -> tuple[str, bytes, bytes]:
        return engine.address.url, await engine.get("/status"), await engine.get("/health")

    url, overview, health = ask(options, both)
    if as_json:
        raw_json(overview)
    else:
        print_status(url, decoded(overview, StatusBody), decoded(health, HealthBody))
    return exit_codes.OK


def print_status(url: str, body: StatusBody, health: HealthBody) -> None:
    """Print both answers as people read them."""
    stats = body.pipeline.stats
    score = "–" if health.score is None else str(health.score)
    table(
        (
            ("engine", f"{safe(url)}, rtp-tui {safe(health.version)}, up {age_text(body.uptime_ms)}"),
            ("health", f"{verdict(health.status)} {score}  {safe(health.reason)}"),
            (
                "pipeline",
                f"{verdict(body.pipeline.state or 'unknown')}, {stats.symbols_processed} symbols priced",
            ),
            ("ticks", f"{compact(stats.accepted)} kept, {compact(stats.ticks_per_second)}/s"),
            ("errors", compact(stats.errors)),
            ("clients", str(body.clients)),
        ),
        indent="",
    )
    heading("parts")
    table((safe(part.name), verdict(part.state), safe(part.detail or "")) for part in body.parts)
    heading("feeds")
    table(_connections(body.feeds))
    heading("markets")
    table(
        (safe(name), verdict(market.session), safe(market.timezone)) for name, market in body.market.items()
    )


def _connections(feeds: tuple[FeedBody, ...]) -> Iterator[tuple[str, ...]]:
    """One row for each connection, with the instruments that it carries or could carry."""
    carried: dict[str, list[FeedBody]] = {}
    for feed in feeds:
        carried.setdefault(feed.connection or feed.source, []).append(feed)
    for name, members in carried.items():
        active = sum(feed.role == "active" for feed in members)
        state, error = members[0].state, members[0].error or ""
        yield safe(name), verdict(state), f"{active} active", f"{len(members) - active} standby", safe(error)
