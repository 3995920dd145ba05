"""Numbers three lines high."""

_FONT = {
    "0": ("┏━┓", "┃ ┃", "┗━┛"),
    "1": ("╺┓ ", " ┃ ", "╺┻╸"),
    "2": ("╺━┓", "┏━┛", "┗━╸"),
    "3": ("╺━┓", " ━┫", "╺━┛"),
    "4": ("╻ ╻", "┗━┫", "  ╹"),
    "5": ("┏━╸", "┗━┓", "╺━┛"),
    "6": ("┏━╸", "┣━┓", "┗━┛"),
    "7": ("╺━┓", "  ┃", "  ╹"),
    "8": ("┏━┓", "┣━┫", "┗━┛"),
    "9": ("┏━┓", "┗━┫", "╺━┛"),
    ".": (" ", " ", "."),
    ",": (" ", " ", ","),
    "-": ("   ", "╺━╸", "   "),
    "–": ("   ", "╺━╸", "   "),
}


def big_digits(text: str) -> tuple[str, str, str]:
    """Three lines of equal width; characters without a large form are left out."""
    shapes = [_FONT[character] for character in text if character in _FONT]
    top, middle, bottom = ("".join(shape[line] for shape in shapes) for line in range(3))
    return top, middle, bottom
