"""Whatever is typed into the palette is shown as it is typed: nothing in it is markup."""

from textual.command import CommandPalette

from tests.tui.running_console import running_console

HOSTILE = "[/x]"
TYPED = (
    f"at -20m {HOSTILE}",
    f"portfolio desk add {HOSTILE} 1",
    f"watch {HOSTILE}",
    f"instrument add {HOSTILE} binance:BTCUSDT",
    f"silence price-move 1h {HOSTILE}",
    f"alert {HOSTILE} price > 1",
    f"prices /{HOSTILE}",
    f"indicator {HOSTILE}",
    f"theme {HOSTILE}",
    HOSTILE,
)


async def test_no_words_break_the_palette() -> None:
    async with running_console((160, 50)) as console:
        for words in TYPED:
            await console.offered(words)
            assert isinstance(console.app.screen, CommandPalette), words
            while isinstance(console.app.screen, CommandPalette):
                await console.press("escape")


async def test_what_cannot_be_meant_is_told_as_it_was_typed() -> None:
    async with running_console((160, 50)) as console:
        (hit,) = await console.offered(f"at -20m {HOSTILE}")
        assert f"no instrument {HOSTILE}" in hit


async def test_commands_that_were_given_are_offered_again_as_they_were_typed() -> None:
    async with running_console((160, 50)) as console:
        await console.choose(f"prices /{HOSTILE}")
        assert any(f"prices /{HOSTILE}" in one for one in await console.offered(""))
