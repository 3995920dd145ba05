import pytest

from rtp_tui.api.instrument_orders import InstrumentOrders
from rtp_tui.config.instruments import check_instrument
from rtp_tui.model.commands import AddInstrument, RemoveInstrument
from rtp_tui.model.errors import BadRequest, UnknownInstrument
from rtp_tui.model.feeds import ActiveFeed
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import RejectReason
from tests.an_engine import AnEngine
from tests.factories import BTC, a_trade, a_verdict, an_instrument
from tests.fakes import FakeClock

SOL = an_instrument("crypto:SOL")


class Carrying:
    """Remembers what was asked of it."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def follow(self, instrument: Instrument) -> None:
        self.done.append(f"follow {instrument.id}")

    def leave(self, instrument: Instrument) -> None:
        self.done.append(f"leave {instrument.id}")


class Bench:
    def __init__(self) -> None:
        self.pipeline = AnEngine(FakeClock()).pipeline
        self.carrying = Carrying()
        self.orders = InstrumentOrders(
            self.pipeline,
            self.carrying,
            lambda one: check_instrument(one, {"binance"}, {"mine"}),
            lambda one: self.carrying.done.append(f"added {one.id}"),
            lambda one: self.carrying.done.append(f"removed {one.id}"),
        )


async def test_an_added_instrument_is_known_before_its_first_tick_comes() -> None:
    bench = Bench()
    done = await bench.orders.add(AddInstrument(instrument=SOL))
    assert done.affected == (SOL.id,)
    assert bench.carrying.done == ["follow crypto:SOL", "added crypto:SOL"]
    assert bench.pipeline.accept(a_trade(instrument=SOL.id, price=150.0))
    assert bench.pipeline.state.market.quotes[SOL.id].price == 150.0


async def test_a_removed_instrument_leaves_nothing_behind() -> None:
    bench = Bench()
    bench.pipeline.accept(a_trade())
    bench.pipeline.announce(a_verdict())
    bench.pipeline.announce(ActiveFeed(instrument=BTC, feed="binance:BTCUSDT", since_ms=1))
    await bench.orders.remove(RemoveInstrument(instrument=BTC))
    assert bench.carrying.done == ["leave crypto:BTC", "removed crypto:BTC"]
    state = bench.pipeline.state
    assert BTC not in state.market.instruments
    assert (BTC in state.market.quotes, BTC in state.quality.freshness, BTC in state.feed.active) == (
        False,
        False,
        False,
    )
    assert not bench.pipeline.accept(a_trade(sequence=2))
    assert bench.pipeline.processor.rejected[RejectReason.UNKNOWN_INSTRUMENT] == 1


async def test_one_that_was_removed_can_be_added_again_and_starts_afresh() -> None:
    bench = Bench()
    bench.pipeline.accept(a_trade(sequence=9))
    await bench.orders.remove(RemoveInstrument(instrument=BTC))
    await bench.orders.add(AddInstrument(instrument=an_instrument()))
    assert BTC not in bench.pipeline.state.market.quotes
    assert bench.pipeline.accept(a_trade(sequence=9))


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (an_instrument(), "id: crypto:BTC is priced already"),
        (
            an_instrument("crypto:SOL", feeds=("okx:X", "binance:BTCUSDT")),
            "feeds: binance:BTCUSDT is of crypto:BTC",
        ),
        (an_instrument("cripto:SOL"), "id: class"),
        (an_instrument("crypto:S O"), "id: "),
        (an_instrument("crypto:SOL", feeds=()), "feeds: names no feed"),
        (an_instrument("crypto:SOL", feeds=("nowhere:X",)), "feeds: "),
        (an_instrument("crypto:SOL", feeds=("coinbase:SOL-USD",)), "feeds: coinbase is not enabled"),
        (an_instrument("crypto:SOL", feeds=("binance:A", "binance:A")), "feeds: "),
        (an_instrument("crypto:SOL", market="moon"), 'market: "moon" is neither'),
        (an_instrument("crypto:SOL", currency="$"), "currency: "),
        (an_instrument("crypto:SOL", precision=99), "precision: "),
    ],
    ids=str,
)
async def test_what_cannot_be_priced_is_refused_in_words_and_changes_nothing(
    wanted: Instrument, words: str
) -> None:
    bench = Bench()
    with pytest.raises(BadRequest) as refused:
        await bench.orders.add(AddInstrument(instrument=wanted))
    assert refused.value.message.startswith(words)
    assert len(bench.pipeline.state.market.instruments) == 2
    assert bench.carrying.done == []


@pytest.mark.parametrize("market", ["24x7", "mine", "XNYS", "NYSE"])
async def test_markets_that_there_are_can_be_named(market: str) -> None:
    bench = Bench()
    await bench.orders.add(AddInstrument(instrument=an_instrument("crypto:SOL", market=market)))
    assert bench.carrying.done


async def test_what_is_not_priced_cannot_be_removed() -> None:
    with pytest.raises(UnknownInstrument):
        await Bench().orders.remove(RemoveInstrument(instrument=InstrumentId("crypto:NONE")))
