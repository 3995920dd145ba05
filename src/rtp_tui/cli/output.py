"""Writing answers: aligned and plain, coloured where a person looks on."""

import os
import sys
from collections.abc import Iterable, Sequence

import click

from rtp_tui.text import safe, safe_json

_COLORS = {
    "healthy": "green",
    "excellent": "green",
    "good": "green",
    "live": "green",
    "fresh": "green",
    "running": "green",
    "open": "green",
    "ok": "green",
    "succeeded": "green",
    "polling": "green",
    "degraded": "yellow",
    "aging": "yellow",
    "starting": "yellow",
    "connecting": "yellow",
    "reconnecting": "yellow",
    "paused": "yellow",
    "warning": "yellow",
    "skipped": "yellow",
    "missed": "yellow",
    "cancelled": "yellow",
    "critical": "red",
    "stale": "red",
    "failed": "red",
    "failure": "red",
    "timed_out": "red",
    "stopped": "red",
}


def is_coloured() -> bool:
    """A terminal shows it, and nobody asked for plain text."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def verdict(word: str) -> str:
    """A word that judges, in its colour."""
    color = _COLORS.get(word)
    return click.style(word, fg=color) if color and is_coloured() else safe(word)


def heading(text: str) -> None:
    """Begin a group of lines."""
    click.echo(click.style(text, bold=True) if is_coloured() else text)


def table(rows: Iterable[Sequence[str]], indent: str = "  ") -> None:
    """Lines with columns one below the other; cells are made safe by whoever wrote them."""
    cells = [list(row) for row in rows]
    if not cells:
        return
    widths = [max(len(click.unstyle(row[column])) for row in cells) for column in range(len(cells[0]))]
    for row in cells:
        padded = (
            cell + " " * (width - len(click.unstyle(cell))) for cell, width in zip(row, widths, strict=True)
        )
        click.echo(f"{indent}{'  '.join(padded)}".rstrip())


def raw_json(body: bytes) -> None:
    """An answer as it came, which is JSON text, with what a terminal would obey written as escapes."""
    click.echo(safe_json(body.decode("utf-8", "replace")))
