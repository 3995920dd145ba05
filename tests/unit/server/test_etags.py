"""Whether a client holds what it would be sent."""

import pytest

from rtp_tui.server.etags import is_held, weak

TAG = weak("k3f-812-1")


@pytest.mark.parametrize(
    "header",
    [TAG, '"k3f-812-1"', "*", " * ", f'"a", {TAG}', f'W/"a",{TAG},"b"', '"a,b" , "k3f-812-1"', f"{TAG},"],
)
def test_a_tag_is_found_alone_in_a_list_weak_strong_and_by_the_star(header: str) -> None:
    assert is_held(header, TAG)


@pytest.mark.parametrize(
    "header", [None, "", "k3f-812-1", '"k3f-812"', 'w/"k3f-812-1', '"a", "b"', '"x" "k3f-812-1x"', '"*"']
)
def test_what_is_not_the_tag_is_not_held(header: str | None) -> None:
    assert not is_held(header, TAG)


def test_strong_tags_are_found_too() -> None:
    assert is_held('W/"abc"', '"abc"')
