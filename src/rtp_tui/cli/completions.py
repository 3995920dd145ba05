"""`rtp-tui completions`: the script that completes commands and options in a shell."""

import click
from click.shell_completion import get_completion_class

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import global_options


@click.command()
@global_options()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completions(context: click.Context, shell: str) -> int:
    """Print a completion script for a shell to read at its start.

    For example: eval "$(rtp-tui completions bash)"
    """
    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(context.find_root().command, {}, "rtp-tui", "_RTP_TUI_COMPLETE").source()
    click.echo(script)
    return exit_codes.OK
