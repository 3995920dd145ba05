"""Standard output and error where nobody takes what is written: a full disk, a pipe whose reader has gone."""

import os
from typing import TextIO


def let_go_of(*streams: TextIO | None) -> None:
    """Write what is buffered, or nowhere where that cannot be: the interpreter would complain, and end with 120."""
    for stream in filter(None, streams):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
