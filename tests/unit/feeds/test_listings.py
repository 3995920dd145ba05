"""Who lists what nobody configured."""

from collections.abc import Iterable, Mapping, Sequence

import pytest

from rtp_tui.feeds.gap_repair import Archive
from rtp_tui.feeds.listings import Listings
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar, Tick
from rtp_tui.sources.contract import SourceUnavailable, Subscription, UnknownSymbol
from rtp_tui.sources.listed_names import nameable
from tests.factories import a_trade
from tests.fakes import OpenGuard


class Venue:
    """Lists some symbols; refuses others as its provider does."""

    def __init__(self, *listed: str, refusal: Exception | None = None) -> None:
        self.asked: list[str] = []
        self._listed = listed
        self._refusal = refusal

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        self.asked += [one.symbol for one in subscriptions]
        if self._refusal is not None:
            raise self._refusal
        return [a_trade(instrument=one.instrument) for one in subscriptions if one.symbol in self._listed]

    async def bars(self, *_: object) -> Sequence[Bar]:
        return ()


def listings(venues: Mapping[str, Venue]) -> Listings:
    return Listings({name: Archive(venue, OpenGuard()) for name, venue in venues.items()})


GALA = InstrumentId("crypto:GALA")


async def test_every_provider_that_has_a_price_becomes_a_feed_the_preferred_first() -> None:
    venues = {
        "kraken": Venue("GALA/USD"),
        "coinbase": Venue(refusal=UnknownSymbol("no such product")),
        "binance": Venue("GALAUSDT"),
        "bybit": Venue(),
    }

    found = await listings(venues).find(GALA)

    assert found == Instrument(id=GALA, name="GALA", feeds=("binance:GALAUSDT", "kraken:GALA/USD"))
    assert all(len(venue.asked) == 1 for venue in venues.values())


async def test_a_share_and_a_pair_have_their_currency_and_hours() -> None:
    venue = listings({"yahoo": Venue("BRK-B", "EURINR=X", "COP=X")})
    share = await venue.find(InstrumentId("stocks:BRK-B"))
    pair, dollar = await venue.find(InstrumentId("fx:EURINR")), await venue.find(InstrumentId("fx:USDCOP"))
    assert isinstance(share, Instrument)
    assert isinstance(pair, Instrument)
    assert isinstance(dollar, Instrument)
    assert (share.feeds, share.currency, share.market) == (("yahoo:BRK-B",), "USD", "XNYS")
    assert (pair.feeds, pair.currency, pair.market) == (("yahoo:EURINR=X",), "INR", "CMES")
    assert (dollar.feeds, dollar.currency) == (("yahoo:COP=X",), "COP")


async def test_what_nobody_lists_says_who_was_asked_and_who_could_not_be() -> None:
    venues = {"binance": Venue(), "okx": Venue(refusal=SourceUnavailable("the venue is shut"))}
    found = await listings(venues).find(GALA)
    assert found == "not listed as binance:GALAUSDT; okx:GALA-USDT cannot be asked: the venue is shut"


@pytest.mark.parametrize(
    "id_", ["index:SPX", "futures:ES", "crypto:ga la", "stocks:TOOLONG", "fx:USD", "nonsense", "crypto:"]
)
async def test_what_has_no_name_by_a_rule_is_asked_of_nobody(id_: str) -> None:
    venue = Venue()
    assert nameable(InstrumentId(id_)) is None
    assert "rtp-tui instruments add" in str(await listings({"binance": venue}).find(InstrumentId(id_)))
    assert venue.asked == []


async def test_without_a_provider_that_may_list_it_that_is_said() -> None:
    assert await listings({}).find(GALA) == "no provider that may list it is enabled"
