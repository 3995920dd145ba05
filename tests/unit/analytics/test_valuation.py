"""What portfolios are worth, by examples worked by hand and by laws."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.analytics.valuation import Priced, Rates, value_portfolio
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import Portfolio, Position

BTC, AAPL, TCS = InstrumentId("crypto:BTC"), InstrumentId("stocks:AAPL"), InstrumentId("stocks:TCS")
AT = 1_732_222_222_000
PRICES = {
    BTC: Priced("USD", 60_000.0, day_change=3_000.0),
    AAPL: Priced("USD", 200.0, day_change=-2.0),
    TCS: Priced("INR", 4_000.0, day_change=40.0),
}
RATES = Rates({("USD", "INR"): 80.0})


def prices(**changed: Priced | None) -> Callable[[InstrumentId], Priced | None]:
    by_symbol = {str(one).split(":")[1]: priced for one, priced in PRICES.items()} | changed
    return lambda instrument: by_symbol.get(instrument.split(":")[1])


def portfolio(*positions: Position, base: str = "USD") -> Portfolio:
    return Portfolio("desk", positions, base)


def test_a_portfolio_is_valued_in_its_base_currency() -> None:
    held = portfolio(
        Position(BTC, 0.5, 40_000.0), Position(AAPL, -10.0, 210.0), Position(TCS, 100.0, 4_200.0)
    )

    told = value_portfolio(held, prices(), RATES, AT)

    # 0.5 x 60,000 - 10 x 200 + 100 x 4,000 / 80 = 30,000 - 2,000 + 5,000
    assert told.value == pytest.approx(33_000.0)
    assert told.gross == pytest.approx(37_000.0)
    # 1,500 + 20 + 50, of 28,500 + 2,020 + 4,950
    assert told.day_change == pytest.approx(1_570.0)
    assert told.day_change_pct == pytest.approx(100 * 1_570 / 35_470)
    # 10,000 + 100 - 250, of 20,000 + 2,100 + 5,250
    assert told.unrealised == pytest.approx(9_850.0)
    assert told.unrealised_pct == pytest.approx(100 * 9_850 / 27_350)
    assert [one.weight for one in told.positions] == pytest.approx([30 / 37, -2 / 37, 5 / 37])
    assert (told.best, told.worst) == (BTC, AAPL)
    assert told.unknown == ()


def test_a_short_position_gains_when_the_price_falls() -> None:
    told = value_portfolio(portfolio(Position(AAPL, -10.0, 210.0)), prices(), RATES, AT).positions[0]

    assert told.unrealised == pytest.approx(100.0)
    assert told.unrealised_pct == pytest.approx(100 * 100 / 2_100)
    assert told.day_change == pytest.approx(20.0)


def test_the_best_and_the_worst_are_by_what_they_did_for_the_portfolio() -> None:
    held = portfolio(Position(BTC, -1.0), Position(AAPL, -10.0), Position(TCS, 1.0))
    told = value_portfolio(held, prices(), RATES, AT)
    assert (told.best, told.worst) == (TCS, BTC)


def test_what_is_missing_is_left_out_and_named() -> None:
    held = portfolio(
        Position(BTC, 1.0), Position(AAPL, 1.0), Position(TCS, 1.0), Position(InstrumentId("fx:NO"), 1.0)
    )

    told = value_portfolio(held, prices(AAPL=Priced("USD", None)), Rates({}), AT)

    assert told.value == pytest.approx(60_000.0)
    assert told.unknown == (
        "stocks:AAPL has no price yet",
        "no rate of INR to USD",
        "fx:NO is not priced here",
    )
    assert [one.value for one in told.positions] == [60_000.0, None, None, None]
    assert [one.weight for one in told.positions] == [1.0, None, None, None]


def test_nothing_held_is_worth_nothing_known() -> None:
    told = value_portfolio(portfolio(), prices(), RATES, AT)
    assert (told.value, told.gross, told.day_change, told.best) == (None, None, None, None)


@pytest.mark.parametrize(
    ("of", "to", "rate"),
    [
        ("USD", "USD", 1.0),
        ("USD", "INR", 80.0),
        ("INR", "USD", 1 / 80),
        ("INR", "COP", 50.0),
        ("INR", "EUR", None),
    ],
)
def test_rates_go_both_ways_and_over_a_third_currency(of: str, to: str, rate: float | None) -> None:
    rates = Rates({("USD", "INR"): 80.0, ("USD", "COP"): 4_000.0, ("EUR", "GBP"): 0.8})
    assert rates.rate(of, to) == (None if rate is None else pytest.approx(rate))


def test_a_pair_without_a_price_is_no_rate() -> None:
    assert Rates({("USD", "INR"): 0.0}).rate("INR", "USD") is None


POSITIONS = st.lists(
    st.tuples(
        st.floats(-1e6, 1e6).filter(lambda q: abs(q) > 1e-6), st.floats(0.01, 1e6), st.floats(0.01, 1e6)
    ),
    min_size=1,
    max_size=20,
)


@given(POSITIONS)
def test_the_sizes_of_weights_add_up_to_one_and_gains_to_the_whole(
    held: list[tuple[float, float, float]],
) -> None:
    ids = [InstrumentId(f"stocks:S{number}") for number in range(len(held))]
    positions = tuple(
        Position(one, quantity, cost) for one, (quantity, _, cost) in zip(ids, held, strict=True)
    )
    by_id = {
        one: Priced("USD", price, day_change=0.001) for one, (_, price, _) in zip(ids, held, strict=True)
    }

    told = value_portfolio(Portfolio("desk", positions), by_id.get, Rates({}), AT)

    assert sum(abs(one.weight or 0.0) for one in told.positions) == pytest.approx(1.0)
    assert told.unrealised == pytest.approx(sum(one.unrealised or 0.0 for one in told.positions))
    assert told.day_change == pytest.approx(sum(one.day_change or 0.0 for one in told.positions))
