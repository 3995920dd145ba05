"""The front door: `--version` is answered before anything heavy is imported."""

import os
import sys

from rtp_tui import __version__
from rtp_tui.cli import exit_codes
from rtp_tui.cli.streams import let_go, stand_in_for_closed


def main() -> None:
    """Run the command line; the exit code is the process's."""
    stand_in_for_closed()
    if sys.argv[1:] == ["--version"]:
        sys.exit(_tell_version())
    # Read when numbers are first computed with: matrices here are small, and more threads only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from rtp_tui.cli.collector import collect_later  # heavy: the package's own folder

    collect_later()
    from rtp_tui.cli.main import run  # heavy: click and everything behind it

    sys.exit(run())


def _tell_version() -> int:
    """The exit code: what a command's would be where nobody takes it."""
    code = exit_codes.OK
    try:
        sys.stdout.write(f"rtp-tui {__version__}\n")
        sys.stdout.flush()
    except OSError as error:
        code = exit_codes.FAILURE if isinstance(error, BrokenPipeError) else exit_codes.CANNOT_WRITE
    let_go()
    return code


if __name__ == "__main__":
    main()
