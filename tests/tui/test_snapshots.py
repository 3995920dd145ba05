"""Pictures of the whole screen; few, since any change of style changes them."""

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from rtp_tui.tui.app import ConsoleApp
from rtp_tui.tui.settings import ConsoleSettings
from tests.fakes import FakeClock
from tests.frozen_pipeline import LOG_LINES, FrozenPipeline

SnapCompare = Callable[..., bool]


def a_console(theme: str = "midnight") -> tuple[ConsoleApp, Callable[[Pilot[None]], object]]:
    clock, api = FakeClock(), FrozenPipeline()
    app = ConsoleApp(api, clock, ConsoleSettings(name="prod@ldn", theme=theme))

    async def settle(pilot: Pilot[None]) -> None:
        api.send(*LOG_LINES)
        await pilot.pause()
        await clock.advance(0.6)
        await pilot.pause()
        # What panes asked is answered by now; titles are made once a second.
        await clock.advance(1.0)
        await pilot.pause()

    return app, settle


@pytest.mark.parametrize(
    "size", [(30, 5), (80, 24), (120, 40), (200, 60)], ids=lambda size: "x".join(map(str, size))
)
def test_the_console_looks_as_it_did(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    app, settle = a_console()
    assert snap_compare(app, terminal_size=size, run_before=settle)


def test_the_light_theme_looks_as_it_did(snap_compare: SnapCompare) -> None:
    app, settle = a_console("daylight")
    assert snap_compare(app, terminal_size=(80, 24), run_before=settle)


def test_without_colour_it_looks_as_it_did(
    snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app, settle = a_console()
    assert snap_compare(app, terminal_size=(80, 24), run_before=settle)
