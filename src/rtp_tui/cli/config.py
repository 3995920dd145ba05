"""`rtp-tui config`: the configuration itself."""

import os
from pathlib import Path

import click
import msgspec

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.options import GlobalOptions, global_options, loaded
from rtp_tui.config.desks import desk
from rtp_tui.config.document import document, leaves
from rtp_tui.config.load import LoadedSettings, SettingsSources, config_path
from rtp_tui.config.shipped import example_text
from rtp_tui.config.validate import dotted
from rtp_tui.text import safe


@click.group()
@global_options()
def config() -> None:
    """Write, show and check the configuration."""


@config.command()
@global_options()
@click.pass_obj
def path(options: GlobalOptions) -> int:
    """Print where the configuration file is, or would be."""
    click.echo(str(_path(options)))
    return exit_codes.OK


@config.command()
@global_options()
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.pass_obj
def init(options: GlobalOptions, force: bool) -> int:
    """Write a configuration file that documents every key, or with --desk a ready-made one."""
    target = _path(options)
    if target.exists() and not force:
        raise CommandFailed(f"{target} is there already; --force replaces it", exit_codes.CANNOT_CREATE)
    try:
        write_configuration(target.resolve(), desk(options.desk).text if options.desk else example_text())
    except OSError as error:
        raise CommandFailed(
            f"{target} cannot be written: {error.strerror}", exit_codes.CANNOT_CREATE
        ) from None
    click.echo(str(target))
    return exit_codes.OK


@config.command()
@global_options()
@click.pass_obj
def check(options: GlobalOptions) -> int:
    """List every mistake at once."""
    settings = loaded(options)
    read = f"desk {options.desk}" if options.desk else str(settings.file or "the defaults")
    click.echo(f"{safe(read, 1024)}: no mistakes")
    return exit_codes.OK


@config.command()
@global_options()
@click.option("--origin", is_flag=True, help="Say where each value was set.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show(options: GlobalOptions, origin: bool, as_json: bool) -> int:
    """Print the effective configuration, secrets hidden."""
    settings = loaded(options)
    if as_json:
        _show_json(settings, origin=origin)
    elif origin:
        _show_origins(settings)
    else:
        import tomli_w  # only this writes TOML

        click.echo(tomli_w.dumps(document(settings.settings)), nl=False)
    return exit_codes.OK


def _path(options: GlobalOptions) -> Path:
    found, _ = config_path(SettingsSources(file=options.config, environment=os.environ))
    assert found is not None
    return found


def write_configuration(target: Path, text: str) -> None:
    """All of it or nothing, for the owner's eyes alone: people put addresses and paths there."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _show_json(settings: LoadedSettings, *, origin: bool) -> None:
    shown: dict[str, object] = document(settings.settings)
    if origin:
        shown = {"settings": shown, "origins": settings.origins}
    click.echo(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode())


def _show_origins(settings: LoadedSettings) -> None:
    for key, value in leaves(settings.settings):
        name = dotted(key)
        click.echo(f"{safe(settings.origins[name], 1024)}\t{safe(name)} = {_on_one_line(value)}")


def _on_one_line(value: object) -> str:
    return safe(msgspec.json.encode(value).decode(), 4096)
