"""How often a job runs while its markets sleep."""

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.scheduling.adaptive_rate import Factors, Pace, Rate, SteadyPaces, markets_due, rate_of, selected
from rtp_tui.scheduling.session_gate import Stops
from tests.factories import an_instrument

OPENS_MS = 7_000_000


class Paces:
    """Markets at the paces that a test says."""

    def __init__(self, factors: Factors = Factors(), **paces: Pace) -> None:  # noqa: B008 - frozen
        self._paces = paces
        self._factors = factors

    def session(self, market: str, now_ms: int) -> MarketSession:
        return MarketSession(
            market=market, session=SessionState.CLOSED, timezone="UTC", next_open_ms=OPENS_MS
        )

    def pace(self, market: str, now_ms: int) -> Pace:
        return self._paces[market]

    def stops(self, market: str) -> Stops | None:
        return None

    def factors(self, market: str) -> Factors:
        return self._factors


ALL = Paces(ny=Pace.IN_SESSION, bom=Pace.CLOSED, tks=Pace.AT_REST)


def interval_ms(*markets: str, calendar: Paces = ALL) -> int:
    return rate_of(60_000, markets, calendar, 0).interval_ms


def test_sixty_seconds_become_180_when_closed_and_300_at_weekends() -> None:
    assert [interval_ms("ny"), interval_ms("bom"), interval_ms("tks")] == [60_000, 180_000, 300_000]


def test_several_markets_get_what_the_fastest_needs() -> None:
    assert interval_ms("tks", "bom") == 180_000
    assert interval_ms("tks", "bom", "ny") == 60_000


def test_no_market_means_the_base_interval() -> None:
    assert rate_of(60_000, (), ALL, 0) == Rate(60_000)


def test_a_rate_ends_when_the_market_opens() -> None:
    assert rate_of(60_000, ("bom",), ALL, 0).opens_ms == OPENS_MS
    assert rate_of(60_000, ("ny",), ALL, 0).opens_ms is None


def test_factors_are_the_markets_own_but_never_make_a_job_faster() -> None:
    calendar = Paces(Factors(10, 0.1), ny=Pace.CLOSED, bom=Pace.AT_REST)

    assert interval_ms("ny", calendar=calendar) == 600_000
    assert interval_ms("bom", calendar=calendar) == 60_000


@given(
    st.lists(st.sampled_from(Pace), max_size=5),
    st.integers(100, 10**9),
    st.floats(0, 100),
    st.floats(0, 100),
)
def test_a_rate_is_never_faster_than_the_base(
    paces: list[Pace], base_ms: int, closed: float, weekend: float
) -> None:
    markets = {f"m{number}": pace for number, pace in enumerate(paces)}

    rate = rate_of(base_ms, markets, Paces(Factors(closed, weekend), **markets), 0)

    assert rate.interval_ms >= base_ms
    if not paces or Pace.IN_SESSION in paces:
        assert rate.interval_ms == base_ms


def test_each_market_is_run_at_its_own_pace_within_one_job() -> None:
    last_s: dict[str, float] = {}
    ran: dict[str, list[int]] = {"ny": [], "bom": [], "tks": []}
    for now_s in range(0, 601, 60):
        due = markets_due(60_000, ran, last_s, ALL, 0, float(now_s))
        for market in due:
            last_s[market] = float(now_s)
            ran[market].append(now_s)

    assert ran["ny"] == list(range(0, 601, 60))
    assert ran["bom"] == [0, 180, 360, 540]
    assert ran["tks"] == [0, 300, 600]


def test_patterns_name_one_instrument_a_class_or_all() -> None:
    btc, eth, ibm = (an_instrument(name) for name in ("crypto:BTC", "crypto:ETH", "stocks:IBM"))

    assert selected(("crypto:*",), (btc, eth, ibm)) == (btc, eth)
    assert selected(("stocks:IBM", "crypto:ETH"), (btc, eth, ibm)) == (eth, ibm)
    assert selected(("*",), (btc, eth, ibm)) == (btc, eth, ibm)
    assert selected(("crypto",), (btc, eth, ibm)) == ()


def test_steady_paces_keep_every_interval_whatever_the_session() -> None:
    steady = SteadyPaces(ALL)
    rates = [rate_of(60_000, (market,), steady, 0) for market in ("ny", "bom", "tks")]
    assert rates == [Rate(60_000)] * 3
    assert steady.session("bom", 0) == ALL.session("bom", 0)
    assert steady.factors("bom") == ALL.factors("bom")
