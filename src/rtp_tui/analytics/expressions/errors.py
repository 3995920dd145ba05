"""What is wrong with a rule, and where."""


class ExpressionError(ValueError):
    """A rule that cannot be used: where in its text, counted from 0, why, and what was probably meant."""

    def __init__(self, message: str, position: int, nearest: str = "") -> None:
        meant = f"; did you mean {nearest}?" if nearest else ""
        super().__init__(f"at character {position + 1}: {message}{meant}")
        self.position = position
        self.nearest = nearest


_BEFORE, _SHOWN = 50, 76
"""So many characters of a long rule before the mistake, and in all."""


def told(text: str, error: ExpressionError) -> str:
    """What is wrong with a rule, and below it the rule with a mark at the place."""
    return f"{error}\n{caret(text, error)}"


def caret(text: str, error: ExpressionError) -> str:
    """The rule, or the part of a long one that is mistaken, with a mark below the place, for a terminal."""
    line = "".join(one if one.isprintable() else " " for one in text)
    position = min(error.position, len(line))
    start = max(0, position - _BEFORE) if len(line) > _SHOWN else 0
    cut = "…" if start else ""
    return f"{cut}{line[start : start + _SHOWN]}\n{' ' * (len(cut) + position - start)}^"
