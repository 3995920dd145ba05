"""The documented example of a configuration, which is what a new one begins as."""

from pathlib import Path

_NAME = "config.example.toml"


def example_text() -> str:
    """The example: beside this module once installed, at the root of the repository in a checkout."""
    beside = Path(__file__).with_name(_NAME)
    source = beside if beside.exists() else Path(__file__).parents[3] / _NAME
    return source.read_text(encoding="utf-8")
