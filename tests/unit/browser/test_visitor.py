"""The name that a browser is given, and what a console is told of it."""

import pytest

from rtp_tui.browser.visitor import known_as, new_name


def test_a_browser_is_known_by_what_it_was_given_and_by_nothing_that_it_could_use_as_a_path() -> None:
    name = new_name()
    assert known_as(name) == known_as(name)
    assert known_as(name) != known_as(new_name())
    assert known_as(name).isalnum()
    assert name not in known_as(name)


@pytest.mark.parametrize("shown", ["", "../../x", "x" * 23, "ä" * 22, "a" * 21 + "\n"])
def test_what_was_not_given_here_is_nobody(shown: str) -> None:
    assert known_as(shown) == ""
