"""The page for people: everything it needs is in it."""

import re
from base64 import b64encode
from hashlib import sha256

from rtp_tui.server.docs import page, policy


def test_the_page_loads_nothing_from_anywhere() -> None:
    text = page().decode()
    assert not re.findall(r"https?://|//cdn|@import|url\(|<script src|<link[^>]+href=\"(?!data:)", text)


def test_the_policy_lets_exactly_its_own_script_and_style_run() -> None:
    text = page()
    for kind in ("script", "style"):
        opening, closing = f"<{kind}>".encode(), f"</{kind}>".encode()
        assert text.count(opening) == 1
        inside = text.partition(opening)[2].partition(closing)[0]
        assert f"{kind}-src 'sha256-{b64encode(sha256(inside).digest()).decode()}'" in policy()
    assert policy().startswith("default-src 'none'")
    assert "unsafe" not in policy()


def test_nothing_that_it_shows_is_parsed_as_markup() -> None:
    assert not re.findall(
        rb"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(| on[a-z]+=", page()
    )
