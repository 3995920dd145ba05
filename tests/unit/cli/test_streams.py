"""Standard streams that are closed."""

import subprocess
import sys
from pathlib import Path

NUMBERS = """
import os, sys
from rtp_tui.cli.streams import stand_in_for_closed
stand_in_for_closed()
opened = os.open(sys.argv[1], os.O_RDONLY)
with open(sys.argv[2], "w") as told:
    print([stream.fileno() for stream in (sys.stdin, sys.stdout, sys.stderr)], opened > 2, file=told)
"""


def test_no_file_is_taken_for_a_stream_that_is_closed(tmp_path: Path) -> None:
    told = tmp_path / "told"
    line = f'{sys.executable} -c "$0" {__file__} {told} <&- >&- 2>&-'
    subprocess.run(["bash", "-c", line, NUMBERS], check=True, timeout=60)

    assert told.read_text() == "[0, 1, 2] True\n"
