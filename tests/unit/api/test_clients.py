"""Followers, where nothing is served and where a cursor's own client has gone."""

import pytest

from rtp_tui.api.clients import Clients
from rtp_tui.model.commands import DisconnectClient
from rtp_tui.model.errors import UnknownClient
from rtp_tui.model.queries import ClientPage, GetClients
from tests.an_engine import ThreeFollowers


async def test_nobody_follows_where_nothing_is_served() -> None:
    assert await Clients(None).page(GetClients()) == ClientPage(clients=())
    with pytest.raises(UnknownClient):
        await Clients(None).disconnect(DisconnectClient(client=1))


async def test_the_next_page_begins_after_a_client_that_has_gone_meanwhile() -> None:
    followers = ThreeFollowers()
    clients = Clients(followers)
    page = await clients.page(GetClients(limit=2))
    followers.disconnect(7)

    later = await clients.page(GetClients(limit=2, cursor=page.next_cursor))

    assert [client.id for client in later.clients] == [12]


async def test_a_page_that_holds_the_last_client_says_that_there_are_no_more() -> None:
    page = await Clients(ThreeFollowers()).page(GetClients(limit=3))

    assert (len(page.clients), page.next_cursor) == (3, None)
