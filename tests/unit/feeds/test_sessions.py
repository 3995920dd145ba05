from collections.abc import Sequence

from rtp_tui.feeds.sessions import Sessions
from rtp_tui.model.feeds import FeedStatus, Resting
from rtp_tui.scheduling.session_gate import Rest
from tests.factories import BTC, a_feed_status, an_instrument
from tests.fakes import FakeClock

STOCK = an_instrument("stocks:IBM", market="XNYS")
INDIAN = an_instrument("stocks:TCS", market="XBOM")
BITCOIN = an_instrument("crypto:BTC")


class Feed:
    """Carries what it is said to, and remembers what rests."""

    def __init__(self, *instruments: str) -> None:
        self._status: FeedStatus = a_feed_status(instruments=instruments)
        self.resting: tuple[Resting, ...] = ()

    def status(self) -> FeedStatus:
        return self._status

    def rest(self, resting: Sequence[Resting]) -> None:
        self.resting = tuple(resting)


def test_of_several_markets_on_a_feed_only_the_closed_ones_rest() -> None:
    closed = {"XNYS": Rest(1_000)}
    both, other = Feed(STOCK.id, INDIAN.id, BTC), Feed(BTC)
    sessions = Sessions(
        {"both": both, "other": other},
        lambda: (STOCK, INDIAN, BITCOIN),
        lambda market, now_ms: closed.get(market),
        FakeClock(),
    )
    sessions.check()
    assert both.resting == (Resting(market="XNYS", instruments=(STOCK.id,), starts_ms=1_000),)
    assert other.resting == ()
    closed["XBOM"] = Rest(None)
    sessions.check()
    assert [one.market for one in both.resting] == ["XBOM", "XNYS"]
    closed.clear()
    sessions.check()
    assert not both.resting
