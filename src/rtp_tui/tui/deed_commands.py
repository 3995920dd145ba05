"""The palette as a line of commands: what was typed whole is done, what was not is completed by tab."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.command import (
    Command,
    CommandInput,
    CommandList,
    DiscoveryHit,
    Hit,
    Hits,
    Provider,
)

from rtp_tui.tui.deed_words import Deed, deeds_for
from rtp_tui.tui.literal import literal
from rtp_tui.tui.proposals import Nothing
from rtp_tui.tui.widgets.steady import SteadyPalette

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp

TYPED_WHOLE, BEGUN = 100.0, 0.3
RECENT = 5


class CommandLine(SteadyPalette):
    """Tab completes; up, while nothing is chosen in the list, brings back what was typed before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "complete", show=False, priority=True),
        Binding("up", "before", "before", show=False, priority=True),
    ]

    def action_complete(self) -> None:
        """Type the rest of what is chosen, or of the first."""
        options = self.query_one(CommandList)
        if options.option_count:
            option = options.get_option_at_index(options.highlighted or 0)
            if isinstance(option, Command) and option.hit.text:
                self._type(f"{option.hit.text} ")

    def action_before(self) -> None:
        """Up in the list; at its top the command before."""
        options, field = self.query_one(CommandList), self.query_one(CommandInput)
        if options.highlighted:
            options.action_cursor_up()
            return
        self._type(cast("ConsoleApp", self.app).remembering.commands.older(field.value))

    def _type(self, text: str) -> None:
        field = self.query_one(CommandInput)
        field.value = text
        field.cursor_position = len(text)


class DeedCommands(Provider):
    """Offers what the typed words mean, and at first the commands that were given last."""

    async def search(self, query: str) -> Hits:
        for deed in self._deeds(query):
            score = TYPED_WHOLE if deed.is_whole else BEGUN
            yield Hit(score, Text(deed.words), partial(self._do, deed), help=literal(_help(deed)))

    async def discover(self) -> Hits:
        for words in reversed(self._console.remembering.commands.texts[-RECENT:]):
            deed = next((one for one in self._deeds(words) if one.is_whole), None)
            if deed is not None:
                yield DiscoveryHit(Text(words), partial(self._do, deed), help="again")

    @property
    def _console(self) -> "ConsoleApp":
        return cast("ConsoleApp", self.app)

    def _deeds(self, words: str) -> tuple[Deed, ...]:
        return deeds_for(words, self._console.scene, self._console.main.watchlist)

    async def _do(self, deed: Deed) -> None:
        console = self._console
        console.remembering.commands.keep(deed.words)
        if isinstance(deed.proposed, Nothing):
            console.notify(console.plain(deed.proposed.words), severity="warning", markup=False)
        elif deed.proposed is not None:
            console.propose(deed.proposed)
        else:
            console.main.carry_out(deed)


def _help(deed: Deed) -> str:
    return deed.help if deed.is_whole else f"{deed.help}; tab completes"
