"""What is wrong with a rule, and where."""

from collections.abc import Iterable
from difflib import get_close_matches


class ExpressionError(ValueError):
    """A rule that cannot be used: where in its text, counted from 0, why, and what was probably meant."""

    def __init__(self, message: str, position: int, nearest: str = "") -> None:
        meant = f"; did you mean {nearest}?" if nearest else ""
        super().__init__(f"at character {position + 1}: {message}{meant}")
        self.position = position
        self.nearest = nearest


def caret(text: str, error: ExpressionError) -> str:
    """The rule with a mark below the place of the mistake, for a terminal."""
    line = " ".join(text.splitlines())
    return f"{line}\n{' ' * min(error.position, len(line))}^"


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is spelled alike; empty where none is."""
    return next(iter(get_close_matches(word[:64].lower(), tuple(known), 1, 0.6)), "")
