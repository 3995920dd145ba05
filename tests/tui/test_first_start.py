"""What is offered where nothing is configured, and what becomes of a choice."""

import pytest

from rtp_tui.config.desks import desks
from rtp_tui.tui.first_start import FirstStart, offers_text
from rtp_tui.tui.settings import Choice, ConsoleSettings, Offer

OFFERS = (
    Offer("demo", "a simulated exchange; no network", may_be_written=False),
    Offer("public", "public sources; no keys"),
    Offer("crypto", "fifty coins; no keys"),
)
PATH = "/home/me/.config/rtp-tui/config.toml"


@pytest.mark.parametrize(
    ("keys", "choice"),
    [
        (["enter"], Choice("demo")),
        (["down", "enter"], Choice("public")),
        (["j", "j", "w"], Choice("crypto", is_written=True)),
        (["up", "enter"], Choice("crypto")),
        (["w", "j", "enter"], Choice("public")),
        (["q"], None),
        (["j", "escape"], None),
    ],
)
async def test_keys_choose_and_a_demo_is_never_written(keys: list[str], choice: Choice | None) -> None:
    app = FirstStart(OFFERS, PATH, ConsoleSettings())
    async with app.run_test(size=(80, 24)) as pilot:
        for key in keys:
            await pilot.press(key)
        await pilot.pause()
    assert (app.return_value, app.return_code) == (choice, 0)


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 12)])
@pytest.mark.parametrize("ascii_only", [False, True])
async def test_the_choice_is_drawn_on_any_terminal(size: tuple[int, int], ascii_only: bool) -> None:
    app = FirstStart(OFFERS, PATH, ConsoleSettings(ascii_only=ascii_only))
    async with app.run_test(size=size) as pilot:
        await pilot.press("j")
        shown = app.export_screenshot()
    assert "What&#160;to&#160;watch" in shown
    assert "public&#160;&#160;public&#160;sources" in shown


def test_the_offers_are_a_line_each_and_the_chosen_one_is_told_whole() -> None:
    offers = (*OFFERS, *(Offer(one.name, one.title) for one in desks().values()))
    lines = offers_text(offers, 1, PATH, 72).plain.splitlines()
    names = [line.split()[0] for line in lines[2 : 2 + len(offers)]]
    assert names == ["demo", "public", "crypto", "crypto", "treasury", "nse500", "usdcop", "portfolio"]
    assert max(map(len, lines)) <= 72
    assert "public sources; no keys" in lines
    assert PATH in " ".join(lines)
    assert "nothing to write" in " ".join(offers_text(offers, 0, PATH, 72).plain.split())
