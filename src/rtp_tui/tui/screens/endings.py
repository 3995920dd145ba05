"""The lower edge of a sheet: which keys end it, each to be clicked as well."""

from textual.content import Content
from textual.style import Style


def endings(*ways: tuple[str, str]) -> Content:
    """Words and what a click on them does, two blanks apart."""
    text = Content("")
    for index, (words, action) in enumerate(ways):
        style = Style.from_meta({"@click": action}) if action else Style()
        text += Content("  " if index else "") + Content.styled(words, style)
    return text
