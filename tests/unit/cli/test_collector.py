"""Garbage is looked for seldom while serving."""

import gc
import linecache
from collections.abc import Iterator

import pytest

from rtp_tui.cli.collector import collect_seldom


@pytest.fixture
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("_as_before")
def test_what_the_start_made_is_set_aside_and_little_is_looked_through_at_once() -> None:
    set_aside = gc.get_freeze_count()
    collect_seldom()
    new_objects, young_rounds, _ = gc.get_threshold()
    assert gc.get_freeze_count() > set_aside
    assert gc.isenabled()
    assert new_objects * young_rounds <= 10_000


@pytest.mark.usefixtures("_as_before")
def test_sources_that_the_start_read_are_let_go_of() -> None:
    assert linecache.getlines(__file__)
    collect_seldom()
    assert linecache.cache == {}
