"""Where a user's own files lie when nothing says otherwise."""

from pathlib import Path

import platformdirs

APPLICATION = "rtp-tui"


def user_config_directory() -> Path:
    """The configuration, and what belongs to it."""
    return Path(platformdirs.user_config_dir(APPLICATION))


def user_themes() -> Path:
    """The folder of the user's own themes, which need not be there."""
    return user_config_directory() / "themes"
