"""The program with a way to make its loop stand still: `python -m tests.accept.planted_block ARGUMENTS…`, then SIGUSR1.

A handler of the interpreter runs in the thread of the loop: while it sleeps nothing else there does.
"""

import signal
import time
from types import FrameType

from rtp_tui.__main__ import main

STANDS_S = 6.0


def stand_still(number: int, frame: FrameType | None) -> None:
    time.sleep(STANDS_S)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, stand_still)
    main()
