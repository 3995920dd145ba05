"""Files that come with the program: inside the package once installed, at the root of the repository in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_REPOSITORY = _PACKAGE.parents[1]


def example_text() -> str:
    """The documented example of a configuration, which is what a new one begins as."""
    name = "config.example.toml"
    return _first(_PACKAGE / "config" / name, _REPOSITORY / name).read_text(encoding="utf-8")


def theme_names() -> tuple[str, ...]:
    """The themes that come with the program."""
    folder = _first(_PACKAGE / "themes", _REPOSITORY / "themes")
    return tuple(sorted(file.stem for file in folder.glob("*.toml")))


def shipped_list(name: str) -> Path | None:
    """A list of symbols by its name, if there is such a one."""
    path = _PACKAGE / "config" / "lists" / name
    return path if name and path.is_file() else None


def _first(installed: Path, checkout: Path) -> Path:
    return installed if installed.exists() else checkout
