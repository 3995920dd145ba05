"""Paths of the interface, built from names that people type."""

from urllib.parse import quote

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed


def segment(name: str) -> str:
    """A name as one part of a path, whatever is in it. Raises CommandFailed for an empty one."""
    if not name:
        raise CommandFailed("a name is empty", exit_codes.FAILURE)
    # A name of dots alone would be taken for a folder, and the path for that of something else.
    return quote(name, safe="") if name.strip(".") else name.replace(".", "%2E")
