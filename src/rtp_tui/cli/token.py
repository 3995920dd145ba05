"""The token that a command shows to a server."""

from pathlib import Path

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed

_MAX_BYTES = 1_000_000


def client_token(token_file: str) -> str | None:
    """The first token of the file that may control, else the first that may read. Raises CommandFailed."""
    if not token_file:
        return None
    rows = [line.split() for line in _lines(Path(token_file)) if line.strip() and not line.startswith("#")]
    for scope in ("control", "read"):
        for row in rows:
            if len(row) >= 2 and row[0] == scope:
                return row[1]
    raise CommandFailed(f'{token_file} has no line "SCOPE TOKEN [NAME]"', exit_codes.BAD_CONFIGURATION)


def _lines(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_MAX_BYTES).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise CommandFailed(f"{path} cannot be read: {reason}", exit_codes.BAD_CONFIGURATION) from None
