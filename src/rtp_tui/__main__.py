"""The front door: `--version` is answered before anything else is imported."""

import sys

from rtp_tui import __version__


def main() -> None:
    """Run the command line; the exit code is the process's."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"rtp-tui {__version__}\n")
        return
    from rtp_tui.cli.main import run  # heavy: click and everything behind it

    sys.exit(run())


if __name__ == "__main__":
    main()
