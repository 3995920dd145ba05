"""All themes there are, followed while their files change."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rtp_tui.tui.themes import ConsoleTheme, read_themes, shipped_folder, theme_files

_Stamp = tuple[tuple[Path, int, int], ...]


class ThemeShelf:
    """Keeps a theme as it was for as long as its file cannot be used; says of each mistake once."""

    def __init__(self, own: Path | None) -> None:
        self._folders: Sequence[Path] = (shipped_folder(), *([own] if own else []))
        self._stamp = self._read_stamp()
        self.themes: Mapping[str, ConsoleTheme]
        self.themes, self._problems = read_themes(*self._folders)
        self._told: dict[str, str] = {}

    def look_again(self) -> bool:
        """Read the files if any of them changed; True where a theme is another now. Costs a few `stat` otherwise."""
        stamp = self._read_stamp()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        fresh, self._problems = read_themes(*self._folders)
        before = self.themes
        # A file that is being saved may be gone, or half of it, for a moment.
        self.themes = {**before, **fresh}
        return self.themes != before

    def untold_problem(self) -> str:
        """What nobody has been told yet; empty where there is nothing."""
        self._told = {name: why for name, why in self._told.items() if self._problems.get(name) == why}
        for name, why in self._problems.items():
            if self._told.get(name) != why:
                self._told[name] = why
                kept = "its colours stay as they were" if name in self.themes else "it cannot be chosen"
                return f"theme {name}: {why}; {kept}"
        return ""

    def _read_stamp(self) -> _Stamp:
        """Which files there are, of what size, and when they were written."""
        files = (file for folder in self._folders for file in theme_files(folder))
        return tuple(stamp for file in files if (stamp := _stamped(file)))


def _stamped(file: Path) -> tuple[Path, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return file, found.st_mtime_ns, found.st_size
