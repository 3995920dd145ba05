from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.tui.chart.viewport import ZOOMS, Viewport

times_of = st.lists(st.integers(0, 10_000), unique=True, max_size=80).map(sorted)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("pan"), st.integers(-500, 500)),
        st.tuples(st.just("zoom"), st.integers(-20, 20)),
        st.tuples(st.just("show"), st.integers(-10, 10_010)),
        st.tuples(st.just("reach"), st.integers(-10, 10_010)),
    ),
    max_size=12,
)


@given(times_of, st.integers(0, 300), steps)
def test_whatever_is_pressed_the_window_stays_in_range(
    times: list[int], room: int, deeds: list[tuple[str, int]]
) -> None:
    view = Viewport()
    for deed, amount in deeds:
        match deed:
            case "pan":
                view = view.panned(times, room, amount)
            case "zoom":
                view = view.zoomed(amount)
            case "show":
                view = view.showing(times, room, amount)
            case _:
                view = view.reaching(times, room, amount)
        start, stop = view.window(times, room)
        assert 0 <= start <= stop <= len(times)
        assert stop - start == min(room, len(times))
        assert 0 <= view.zoom_index < len(ZOOMS)


@given(times_of.filter(lambda times: len(times) > 1), st.integers(1, 50), st.data())
def test_reaching_brings_a_moment_into_view(times: list[int], room: int, data: st.DataObject) -> None:
    at_ms = data.draw(st.sampled_from(times))
    view = Viewport().panned(times, room, data.draw(st.integers(-80, 0)))
    start, stop = view.reaching(times, room, at_ms).window(times, room)
    assert at_ms in times[start:stop]


def test_what_is_looked_at_stays_when_new_bars_come() -> None:
    times = list(range(100))
    view = Viewport().panned(times, 20, -30)
    assert view.window(times, 20) == (50, 70)
    assert view.window([*times, 100, 101], 20) == (50, 70)


def test_older_pages_do_not_move_what_is_looked_at() -> None:
    times = list(range(100, 200))
    view = Viewport().panned(times, 20, -30)
    start, stop = view.window([*range(50, 100), *times], 20)
    assert [*range(50, 100), *times][start:stop] == list(range(150, 170))


def test_at_the_newest_end_new_bars_come_into_view() -> None:
    view = Viewport().panned(list(range(50)), 20, -10).panned(list(range(50)), 20, 30)
    assert view.follows
    assert view.window(list(range(60)), 20) == (40, 60)
