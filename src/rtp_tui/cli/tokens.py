"""`rtp-tui token`: the tokens that a server knows."""

import os
import secrets
from pathlib import Path

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.options import GlobalOptions, global_options, loaded_for_client
from rtp_tui.model.clients import Scope
from rtp_tui.server.tokens import Token, TokensUnusable, is_name, read_tokens, require_private
from rtp_tui.text import safe

_TOKEN_BYTES = 32


@click.group()
@global_options()
def token() -> None:
    """Make and list the tokens that a server lets in."""


@token.command()
@global_options()
@click.option(
    "--scope",
    type=click.Choice([Scope.READ.value, Scope.CONTROL.value]),
    default=Scope.READ.value,
    show_default=True,
    help="What its holder may do; control includes reading.",
)
@click.argument("name", required=False, default="")
@click.pass_obj
def new(options: GlobalOptions, scope: str, name: str) -> int:
    """Append a token to the token file, and print it: it is not shown again."""
    if name and not is_name(name):
        raise click.UsageError("NAME has at most 64 letters, digits and . _ @ -")
    path = _path(options)
    made = Token(scope=Scope(scope), text=secrets.token_urlsafe(_TOKEN_BYTES), name=name)
    if _has_lines(path):
        _known(path)
    try:
        _append(path, made)
    except TokensUnusable as error:
        raise CommandFailed(str(error), exit_codes.BAD_CONFIGURATION) from None
    except OSError as error:
        raise CommandFailed(f"{path} cannot be written: {error.strerror}", exit_codes.CANNOT_CREATE) from None
    click.echo(made.text)
    click.echo(f"appended to {safe(str(path), 1024)}; a running engine knows it after SIGHUP", err=True)
    return exit_codes.OK


@token.command("list")
@global_options()
@click.pass_obj
def show(options: GlobalOptions) -> int:
    """Print the scopes and names in the token file, never a token."""
    for known in _known(_path(options)):
        click.echo(f"{known.scope:<8} {known.name or '–'}")
    return exit_codes.OK


def _path(options: GlobalOptions) -> Path:
    token_file = loaded_for_client(options).settings.server.token_file
    if not token_file:
        raise CommandFailed(
            "no token file is configured: give --token-file FILE, or set server.token_file",
            exit_codes.BAD_CONFIGURATION,
        )
    return Path(token_file)


def _known(path: Path) -> tuple[Token, ...]:
    try:
        return read_tokens(path)
    except TokensUnusable as error:
        raise CommandFailed(str(error), exit_codes.BAD_CONFIGURATION) from None


def _has_lines(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _append(path: Path, made: Token) -> None:
    """Write one whole line at once, into a file that nobody else could open at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        found = os.fstat(handle)
        require_private(path, found)
        begins_anew = found.st_size == 0 or os.pread(handle, 1, found.st_size - 1) == b"\n"
        line = " ".join(filter(None, (made.scope.value, made.text, made.name)))
        file.write(f"{'' if begins_anew else chr(10)}{line}\n".encode())
