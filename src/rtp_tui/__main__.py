"""The front door: `--version` is answered before anything else is imported."""

import os
import sys

from rtp_tui import __version__


def main() -> None:
    """Run the command line; the exit code is the process's."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"rtp-tui {__version__}\n")
        return
    # Read when numbers are first computed with: matrices here are small, and more threads only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from rtp_tui.cli.collector import collect_later  # heavy: the package's own folder

    collect_later()
    from rtp_tui.cli.main import run  # heavy: click and everything behind it

    sys.exit(run())


if __name__ == "__main__":
    main()
