import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.tui.actions import PANE_NAMES
from rtp_tui.tui.layout import Layout, layout_of, visible_panes


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
