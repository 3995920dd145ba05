import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import Binding

from rtp_tui.tui.actions.panes import PANE_KEYS, PANE_NAMES
from rtp_tui.tui.layout import COMPANIES, Layout, layout_of, visible_panes
from rtp_tui.tui.widgets.line_table import LineTable


@pytest.mark.parametrize(
    ("width", "height", "layout"),
    [(30, 5, "mini"), (59, 40, "mini"), (80, 11, "mini"), (80, 24, "single"), (120, 29, "single"),
     (120, 40, "medium"), (200, 49, "medium"), (200, 60, "large")],
)  # fmt: skip
def test_each_size_has_its_layout(width: int, height: int, layout: str) -> None:
    assert layout_of(width, height) == layout


@given(st.integers(0, 300), st.integers(0, 100), st.sampled_from(PANE_NAMES), st.booleans(), st.booleans())
def test_the_active_pane_is_always_visible(
    width: int, height: int, active: str, maximised: bool, starting: bool
) -> None:
    layout = layout_of(width, height)
    panes = visible_panes(layout, height, active, is_maximised=maximised, parts_matter=starting)
    assert active in panes
    if maximised or layout in (Layout.MINI, Layout.SINGLE):
        assert panes == {active}


def test_while_starting_the_checklist_is_seen_also_where_parts_have_no_room() -> None:
    assert "parts" in visible_panes(Layout.MEDIUM, 32, "prices", is_maximised=False, parts_matter=True)


def test_jobs_and_breakers_have_their_place_and_parts_only_while_they_matter() -> None:
    quiet = visible_panes(Layout.MEDIUM, 40, "prices", is_maximised=False, parts_matter=False)
    troubled = visible_panes(Layout.MEDIUM, 40, "prices", is_maximised=False, parts_matter=True)
    assert quiet == {"prices", "jobs", "feeds", "breakers", "health", "log"}
    assert troubled == quiet | {"parts"}


def test_where_there_is_no_room_for_another_pane_breakers_go_first() -> None:
    for height in (32, 40):
        panes = visible_panes(Layout.MEDIUM, height, "markets", is_maximised=False, parts_matter=True)
        assert "markets" in panes
        assert "breakers" not in panes
    assert "breakers" in visible_panes(Layout.MEDIUM, 32, "breakers", is_maximised=False, parts_matter=True)


def test_the_largest_screens_show_every_pane_that_matters() -> None:
    panes = visible_panes(Layout.LARGE, 60, "prices", is_maximised=False, parts_matter=True)
    assert panes == set(PANE_NAMES) - {"clients"} - set().union(*COMPANIES)


@pytest.mark.parametrize("layout", [Layout.MEDIUM, Layout.LARGE])
@pytest.mark.parametrize("company", COMPANIES, ids=lambda company: "-".join(sorted(company)))
def test_panes_across_the_lower_half_come_together_and_only_while_they_are_looked_at(
    layout: Layout, company: frozenset[str]
) -> None:
    for active in company:
        panes = visible_panes(layout, 50, active, is_maximised=False, parts_matter=False)
        assert panes >= company | {"prices", "health"}
        assert not panes & {"jobs", "log", "clients"}


@pytest.mark.parametrize("key", PANE_KEYS.values())
def test_no_key_of_a_pane_means_something_else_in_a_table(key: str) -> None:
    taken = {one.key for one in Binding.make_bindings(LineTable.BINDINGS)}
    assert key not in taken
