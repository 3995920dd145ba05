"""A command that could not do as asked."""

from rtp_tui.cli import exit_codes


class CommandFailed(Exception):
    """Ends a command: a message for people, which may quote what others wrote, and a code for the shell."""

    def __init__(self, message: str, code: int = exit_codes.FAILURE) -> None:
        super().__init__(message)
        self.code = code
