"""Production cannot be mistaken for anything else."""

import pytest
from msgspec.structs import replace

from rtp_tui.model.events import Disconnected
from rtp_tui.model.parts import EngineState, EngineStatus
from rtp_tui.tui.cells import Ground
from rtp_tui.tui.environment import environment_chip, is_production
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.panes.status_line import ground_of
from rtp_tui.tui.settings import ConsoleSettings
from rtp_tui.tui.themes import load_themes
from tests.colour_vision import contrast, difference
from tests.factories import NOW_MS
from tests.frozen_pipeline import FrozenPipeline, a_snapshot
from tests.tui.running_console import running_console
from tests.tui.scenes import a_scene

THEMES = [theme for theme in load_themes().values() if not theme.is_ansi]


def an_engine(environment: str) -> FrozenPipeline:
    return FrozenPipeline(replace(a_snapshot(), engine=a_status(environment)))


def a_status(environment: str) -> EngineStatus:
    return EngineStatus(
        version="1", name="ldn", started_ms=NOW_MS, state=EngineState.RUNNING, environment=environment
    )


@pytest.mark.parametrize(
    ("name", "chip"),
    [
        ("prod", " PROD "),
        ("Production", " PROD "),
        ("live", " PROD "),
        ("staging", " STAGING "),
        ("an-extremely-long-name", " AN-EXTREMELY "),
        ("", ""),
        ("  ", ""),
    ],
)
def test_an_environment_is_said_by_its_name(name: str, chip: str) -> None:
    scene = a_scene(snapshot=replace(a_snapshot(), engine=a_status(name)))
    assert "".join(cell.text for cell in environment_chip(scene)) == chip
    assert is_production(scene) is (chip == " PROD ")
    assert (ground_of(scene) is Ground.PRODUCTION) is (chip == " PROD ")


@pytest.mark.parametrize("size", [(30, 5), (80, 24), (120, 40), (200, 60)])
async def test_production_is_said_at_every_size_and_the_frame_is_red(size: tuple[int, int]) -> None:
    async with running_console(size, an_engine("prod")) as console:
        assert " PROD " in console.lines[0]
        bad = console.app.looks.themes["midnight"].colors.bad
        styles = [segment.style for segment in console.app.screen._compositor.render_strips()[0]]
        assert any(style and style.bgcolor and style.bgcolor.name == bad for style in styles)
        edge, color = console.pane("prices").styles.border_top
        assert edge in ("", "none") if size < (120, 30) else difference(color.hex, bad) < 0.01


async def test_other_environments_are_named_and_stay_calm() -> None:
    async with running_console(api=an_engine("staging")) as console:
        assert " STAGING " in console.lines[0]
        assert not console.app.has_class("-production")


async def test_a_question_begins_with_where_it_is_asked() -> None:
    async with running_console(
        api=an_engine("prod"), settings=ConsoleSettings(name="ldn", where="local")
    ) as console:
        await console.press("4", "O")
        assert "This is production: ldn" in console.text
        await console.press("n")
    async with running_console() as console:
        await console.press("4", "O")
        assert "production" not in console.text


async def test_production_that_is_lost_is_still_production() -> None:
    async with running_console(api=an_engine("prod")) as console:
        console.api.send_update(Disconnected(at_ms=NOW_MS, reason="refused", attempt=1, retry_in_ms=5000))
        await console.after()
        assert " OFFLINE " in console.lines[0]
        assert " PROD " in console.lines[0]


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: str(theme.name))
def test_what_stands_on_the_red_line_can_be_read(theme: object) -> None:
    from rtp_tui.tui.themes import ConsoleTheme

    assert isinstance(theme, ConsoleTheme)
    for tone, style in Painter(theme)._styles[Ground.PRODUCTION].items():
        if not tone.value.endswith(("soft", "border", "spark")):
            assert style.color is not None
            assert style.bgcolor is not None
            assert contrast(style.color.name, style.bgcolor.name) >= 4.5, tone
