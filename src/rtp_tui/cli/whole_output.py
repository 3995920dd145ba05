"""Where a command writes what it made: standard output, or a file that is there whole or not at all."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.reports.files import FileRefused, whole_file

STANDARD_OUTPUT = Path("-")


@contextmanager
def whole_output(output: Path, *, replaces: bool) -> Iterator[BinaryIO]:
    """What to write to. Raises CommandFailed; BrokenPipeError where nobody reads standard output any more."""
    if output == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with whole_file(output, replaces=replaces) as file:
            yield file
    except FileRefused as refusal:
        raise CommandFailed(str(refusal), exit_codes.CANNOT_CREATE) from None
    except OSError as error:
        hint = ": make room and try again" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        raise CommandFailed(
            f"{output}: {error.strerror or error}{hint}; nothing of it stays", exit_codes.CANNOT_WRITE
        ) from None
