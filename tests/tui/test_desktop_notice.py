"""A notice of the desktop is a sequence that nothing in it can break out of, and is given where the bell rings."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.notifications import Mute
from rtp_tui.tui.desktop_notice import NoticeDialect, desktop_notice, dialect_of
from rtp_tui.tui.settings import ConsoleSettings
from tests.factories import NOW_MS, an_alert
from tests.tui.running_console import running_console

SAID = {
    NoticeDialect.OSC_9: "\x1b]9;rtp, prod: crypto:BTC price > 1\x1b\\",
    NoticeDialect.OSC_777: "\x1b]777;notify;rtp, prod;crypto:BTC price > 1\x1b\\",
    NoticeDialect.NONE: "",
}


@pytest.mark.parametrize("dialect", NoticeDialect)
def test_it_is_said_in_one_dialect(dialect: NoticeDialect) -> None:
    assert desktop_notice(dialect, "rtp; prod", "crypto:BTC price > 1") == SAID[dialect]


@given(st.sampled_from([NoticeDialect.OSC_9, NoticeDialect.OSC_777]), st.text(), st.text())
def test_no_text_breaks_out_of_it(dialect: NoticeDialect, title: str, body: str) -> None:
    said = desktop_notice(dialect, title, body)

    assert said.count("\x1b") == 2
    assert said.endswith("\x1b\\")
    assert not set(said) & {"\n", "\r", "\x07", "\x9c", "\x9d"}


@pytest.mark.parametrize(
    ("environment", "dialect"),
    [
        ({"TERM": "xterm-256color"}, NoticeDialect.OSC_9),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7802"}, NoticeDialect.OSC_777),
        ({"TERM": "rxvt-unicode-256color"}, NoticeDialect.OSC_777),
        ({"TERM": "linux"}, NoticeDialect.NONE),
        ({}, NoticeDialect.NONE),
    ],
)
def test_it_is_said_as_the_terminal_is_likely_to_know_it(
    environment: dict[str, str], dialect: NoticeDialect
) -> None:
    assert dialect_of(environment) is dialect


async def notices(settings: ConsoleSettings, *sent: Any) -> list[str]:
    """What of notices is written to the terminal of a console when an alert fires there."""
    written: list[str] = []
    async with running_console(settings=settings) as console:
        driver = console.app._driver
        assert driver is not None
        driver.write = written.append  # type: ignore[method-assign, assignment]
        console.api.send(*sent, an_alert(message="BTC > 1\x1b]0;owned\x07"))
        await console.after(1.0)
    return [one for one in written if one.startswith(("\x1b]9;", "\x1b]777;"))]


async def test_an_alert_that_begins_to_fire_is_told_to_the_desktop() -> None:
    settings = ConsoleSettings(name="prod@ldn", notice_dialect=NoticeDialect.OSC_9)

    assert await notices(settings) == ["\x1b]9;prod@ldn: warning: BTC > 1\x1b\\"]


@pytest.mark.parametrize(
    "settings",
    [
        ConsoleSettings(),
        ConsoleSettings(notice_dialect=NoticeDialect.OSC_9, notifies=False),
        ConsoleSettings(notice_dialect=NoticeDialect.OSC_9, in_browser=True),
    ],
    ids=["where none is known", "where nothing is told", "in a browser"],
)
async def test_no_desktop_is_told(settings: ConsoleSettings) -> None:
    assert await notices(settings) == []


async def test_no_desktop_is_told_while_the_engine_is_muted() -> None:
    mute = Mute(until_ms=NOW_MS + 60_000, at_ms=NOW_MS, who="ops")

    assert await notices(ConsoleSettings(notice_dialect=NoticeDialect.OSC_9), mute) == []
