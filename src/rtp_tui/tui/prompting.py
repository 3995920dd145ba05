"""Asks for the words of an order, gives it, and asks again where it was not understood or was refused."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from rtp_tui.text import safe
from rtp_tui.tui.alert_words import Misunderstood
from rtp_tui.tui.batch import Batch
from rtp_tui.tui.carrying import Carrying
from rtp_tui.tui.orders import Order, Outcome
from rtp_tui.tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp


class Asked(Struct, frozen=True, kw_only=True):
    """What a prompt says, offers and makes of the answer."""

    title: str
    about: str
    order: Callable[[str], Order | Batch | Misunderstood]
    verb: str = ""
    """What is done, where it may be done to several."""
    offers: Sequence[str] = ()
    typed: str = ""


class Prompting:
    """Holds on until the order is carried out, or the person thinks better of it."""

    def __init__(
        self,
        app: "ConsoleApp",
        carrying: Carrying,
        tell: Callable[[Outcome], None],
    ) -> None:
        self._app = app
        self._carrying = carrying
        self._tell = tell

    async def ask(self, asked: Asked) -> None:
        """Ask until it is done."""
        typed, problem = asked.typed, ""
        about = "\n".join(self._plain(line) for line in asked.about.split("\n"))
        while True:
            prompt = Prompt(
                self._plain(asked.title), about, asked.offers, self._plain(typed), self._plain(problem)
            )
            answer = await self._app.push_screen_wait(prompt)
            if answer is None:
                return
            wanted = asked.order(answer)
            outcome = await self._carried_out(wanted, asked.verb)
            if outcome.is_done or isinstance(wanted, Batch):
                self._tell(outcome)
                return
            typed, problem = answer, outcome.words

    async def _carried_out(self, wanted: Order | Batch | Misunderstood, verb: str) -> Outcome:
        if isinstance(wanted, Misunderstood):
            return Outcome(False, wanted.words)
        if isinstance(wanted, Batch):
            return await self._carrying.several(verb, wanted)
        return await self._carrying.one(wanted)

    def _plain(self, text: str) -> str:
        return self._app.plain(safe(text))
