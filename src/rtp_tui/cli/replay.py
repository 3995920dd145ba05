"""`rtp-tui replay`: a capture through the same steps as live data, on its own time."""

from datetime import UTC, datetime
from pathlib import Path

import click

from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.speed import SPEED

_SECONDS_BELOW = 100_000_000_000
"""Smaller numbers are seconds, larger ones milliseconds."""


class Moment(click.ParamType[int]):
    """`2024-08-08T12:03:11Z` (UTC where no zone is named) or Unix seconds or milliseconds: milliseconds."""

    name = "T"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Milliseconds, or a usage error."""
        if isinstance(value, int):
            return value
        text = str(value)
        if text.isascii() and text.isdigit() and len(text) < 16:
            number = int(text)
            return number * 1000 if number < _SECONDS_BELOW else number
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is no moment: 2024-08-08T12:03:11Z is one.", param, ctx)
        zoned = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return int(zoned.timestamp() * 1000)


@click.command()
@global_options()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--speed", type=SPEED, default="1", metavar="N|max", help="How many times the recorded pace.")
@click.option("--from", "from_ms", type=Moment(), help="Begin at this moment of the capture.")
@click.option("--to", "to_ms", type=Moment(), help="End before this one.")
@click.option(
    "--instrument", "instruments", multiple=True, metavar="ID", help="Only this one; may be repeated."
)
@click.option("--all", "also_others", is_flag=True, help="Also what is in the capture and not configured.")
@json_option("No console: print a summary as JSON at the end.")
@click.pass_obj
def replay(
    options: GlobalOptions,
    file: Path,
    speed: float | None,
    from_ms: int | None,
    to_ms: int | None,
    instruments: tuple[str, ...],
    also_others: bool,
    as_json: bool,
) -> int:
    """Play a capture: on a terminal in the console, elsewhere to its end with a summary.

    Nothing leaves this machine. The configured instruments that the capture observes are shown, or its own where
    there are none. History goes to a temporary data directory unless --data-dir names one without live data.
    """
    from rtp_tui.cli.replaying import Wanted, replay_capture  # heavy: the engine

    wanted = Wanted(
        file=file,
        speed=speed,
        from_ms=from_ms,
        to_ms=to_ms,
        instruments=instruments,
        also_others=also_others,
        as_json=as_json,
    )
    return replay_capture(options, wanted)
