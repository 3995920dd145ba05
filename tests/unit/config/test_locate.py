"""Lines of keys."""

import tomllib
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.config.locate import KeyPath, key_lines

EVERYTHING = '''# comment with [brackets] and "quotes"
theme = "x" # = [
server.port = 1
server."odd key".'lit\\eral' = { a = 1, b = [ {c = 2},
  {c = 3} ] }

[storage]   # [[no]]
path = """
[not.a.table]
key = 1 \\""" still
"""
other = \'\'\'
[neither]\'\'\'
list = [
  1, # one
  "]", [2,
   3],
]
when = 1979-05-27 07:32:00
[[instruments]]
id = 'a'
[instruments.more]
x = 1
[[instruments]]
id = "b"
  [[instruments.feeds]]
  name = "f"
[ "sp ace" . b ]
"\\u00e9\\"q" = 1'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("theme",), 2),
        (("server", "port"), 3),
        (("server", "odd key", "lit\\eral", "a"), 4),
        (("server", "odd key", "lit\\eral", "b", 0, "c"), 4),
        (("server", "odd key", "lit\\eral", "b", 1, "c"), 5),
        (("storage",), 7),
        (("storage", "path"), 8),
        (("storage", "other"), 12),
        (("storage", "list", 0), 15),
        (("storage", "list", 2, 1), 17),
        (("storage", "when"), 19),
        (("instruments", 0), 20),
        (("instruments", 0, "id"), 21),
        (("instruments", 0, "more", "x"), 23),
        (("instruments", 1), 24),
        (("instruments", 1, "id"), 25),
        (("instruments", 1, "feeds", 0, "name"), 27),
        (("sp ace", "b"), 28),
        (("sp ace", "b", 'é"q'), 29),
    ],
)
def test_each_key_is_found_on_its_line(path: KeyPath, line: int) -> None:
    assert key_lines(EVERYTHING)[path] == line


def test_text_that_looks_like_a_table_is_none() -> None:
    assert not {("not",), ("neither",), ("no",)} & key_lines(EVERYTHING).keys()


def paths_of(tree: Any, path: KeyPath = ()) -> set[KeyPath]:
    match tree:
        case dict():
            inner = {(*path, key): value for key, value in tree.items()}
        case list():
            inner = {(*path, position): value for position, value in enumerate(tree)}
        case _:
            return set()
    return set(inner).union(*(paths_of(value, below) for below, value in inner.items()))


scalars = (
    st.integers(-(2**60), 2**60) | st.booleans() | st.text() | st.floats(allow_nan=False) | st.datetimes()
)
trees = st.dictionaries(
    st.text(),
    st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_size=4,
)


@given(trees)
def test_every_key_of_any_document_is_found(tree: dict[str, Any]) -> None:
    text = tomli_w.dumps(tree)

    assert key_lines(text).keys() == paths_of(tomllib.loads(text))
