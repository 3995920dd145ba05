"""Standard streams that are closed, and those where nobody takes what is written: a full disk, a reader who has gone."""

import os
import sys

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
"""In the order of their numbers: each gets the lowest that is free."""


def stand_in_for_closed() -> None:
    """Read nothing and write nowhere where a stream is closed: a file opened later would be taken for it."""
    for name, mode in _STREAMS:
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115 - for the life of the process


def let_go() -> None:
    """Write what is buffered, or nowhere where that cannot be: the interpreter would complain, and end with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
