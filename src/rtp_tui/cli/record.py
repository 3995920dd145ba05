"""`rtp-tui record`: the raw traffic of the feeds, taken down as it comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from msgspec.structs import replace

from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.launch import demo_settings, unwound_by_signals
from rtp_tui.cli.options import GlobalOptions, global_options, loaded
from rtp_tui.config.load import LoadedSettings


@click.command()
@global_options()
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file, gzipped where its name ends in .gz.",
)
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="End by itself after so long.")
@click.option("--demo", is_flag=True, help="Record the built-in simulated exchange.")
@click.option("--force", is_flag=True, help="Replace the file where it exists.")
@click.argument("instruments", nargs=-1, metavar="[INSTRUMENT]...")
@click.pass_obj
def record(
    options: GlobalOptions,
    output: Path,
    seconds: float | None,
    demo: bool,
    force: bool,
    instruments: tuple[str, ...],
) -> int:
    """Take down what the feeds receive, of all instruments when none is named, until a signal or --seconds.

    Frames of sockets and answers over HTTP become lines of JSON, without secrets. The feeds run here for it: their
    history goes to the data directory, or to a temporary one while another engine works on that.
    """
    from rtp_tui.cli.recording import record_to  # heavy: the engine

    with unwound_by_signals(), _settings(options, demo=demo) as found:
        return record_to(output, found, instruments, seconds=seconds, replaces=force, demo=demo)


@contextmanager
def _settings(options: GlobalOptions, *, demo: bool) -> Iterator[LoadedSettings]:
    """What to record by; a recorder serves nobody."""
    if demo:
        with demo_settings(options) as load:
            yield _unserved(load())
    else:
        yield _unserved(loaded(options))


def _unserved(found: LoadedSettings) -> LoadedSettings:
    settings = found.settings
    if not settings.features.streaming and not settings.features.scheduler:
        raise CommandFailed("nothing would be received: features.streaming and features.scheduler are off")
    return replace(found, settings=replace(settings, features=replace(settings.features, server=False)))
