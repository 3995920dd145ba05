"""Lists a page at a time."""

import pytest

from rtp_tui.model.errors import BadRequest
from rtp_tui.server.responses import page

NAMES = ["coingecko/prices", "stocks:M&M", "crypto:BTC", "é", "last"]


def pages(limit: int) -> list[list[str]]:
    """All pages of a list, one after the other."""
    found, cursor = [], None
    while True:
        given = {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
        values, cursor = page(NAMES, str, given)
        found.append(list(values))
        if cursor is None:
            return found


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (9, [5])])
def test_pages_join_to_the_list_and_the_last_one_has_no_cursor(limit: int, sizes: list[int]) -> None:
    found = pages(limit)

    assert [len(one) for one in found] == sizes
    assert [name for one in found for name in one] == NAMES


def test_a_list_is_whole_unless_a_limit_is_given() -> None:
    assert page(NAMES, str, {}) == (tuple(NAMES), None)


def test_a_cursor_needs_no_escaping_in_a_url() -> None:
    _, cursor = page(NAMES, str, {"limit": "2"})

    assert cursor is not None
    assert cursor.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("cursor", ["!", "a", "é", "////", "bm9uZQ"])
def test_a_cursor_that_points_nowhere_is_a_bad_request(cursor: str) -> None:
    with pytest.raises(BadRequest, match="cursor: "):
        page(NAMES, str, {"cursor": cursor})


@pytest.mark.parametrize("limit", ["0", "-1", "x", "10001"])
def test_a_limit_that_cannot_be_is_a_bad_request(limit: str) -> None:
    with pytest.raises(BadRequest, match="limit"):
        page(NAMES, str, {"limit": limit})
