"""Who answers which question."""

import pytest

from rtp_tui.api.handlers import Handlers
from rtp_tui.model.commands import Done, Refresh
from rtp_tui.model.errors import BadRequest, UnknownInstrument
from rtp_tui.model.queries import BarPage, EventPage, GetBars, GetEvents
from tests.factories import BTC, a_bar


async def give_bars(query: GetBars) -> BarPage:
    return BarPage(bars=(a_bar(instrument=query.instrument),))


async def refresh(command: Refresh) -> Done:
    return Done(message="fetched", affected=command.instruments)


async def test_a_query_is_answered_by_the_handler_of_its_kind() -> None:
    handlers = Handlers()
    handlers.answer(GetBars, give_bars)

    assert (await handlers.run(GetBars(instrument=BTC))).bars == (a_bar(),)


async def test_a_command_is_carried_out_by_the_handler_of_its_kind() -> None:
    handlers = Handlers()
    handlers.carry_out(Refresh, refresh)

    assert await handlers.run(Refresh(instruments=(BTC,))) == Done(message="fetched", affected=(BTC,))


async def test_what_nobody_answers_is_a_bad_request_that_says_what_is_not_known() -> None:
    handlers = Handlers()
    handlers.answer(GetBars, give_bars)

    with pytest.raises(BadRequest, match="GetEvents"):
        await handlers.run(GetEvents())


async def test_a_refusal_of_the_handler_reaches_who_asked() -> None:
    async def refuse(query: GetEvents) -> EventPage:
        raise UnknownInstrument("no such thing")

    handlers = Handlers()
    handlers.answer(GetEvents, refuse)

    with pytest.raises(UnknownInstrument, match="no such thing"):
        await handlers.run(GetEvents())
