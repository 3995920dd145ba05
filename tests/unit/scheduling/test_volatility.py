import random

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.scheduling.volatility import FASTEST, Liveliness, Volatility
from tests.factories import BTC, an_instrument

BASE_S = 120.0
THRESHOLD_PCT = 5.0


def watched(prices: list[float], every_s: float = BASE_S) -> tuple[Liveliness, list[int]]:
    known = Liveliness(prices[0], 0.0)
    speeds = []
    for number, price in enumerate(prices[1:], 1):
        known.look(price, number * every_s, BASE_S, THRESHOLD_PCT)
        speeds.append(known.speed)
    return known, speeds


def quiet(looks: int, seed: int = 1) -> list[float]:
    rng, price, prices = random.Random(seed), 100.0, []
    for _ in range(looks):
        price *= 1 + rng.choice((-1, 1)) * 0.0005
        prices.append(price)
    return prices


def test_what_moves_as_usual_is_not_hurried() -> None:
    assert set(watched(quiet(200))[1]) == {1}


def test_what_moves_much_more_than_usual_is_asked_for_faster_step_by_step() -> None:
    prices = quiet(30)
    prices += [prices[-1] * 1.004, prices[-1] * 1.009, prices[-1] * 1.015]
    assert watched(prices)[1][-4:] == [1, 2, 4, FASTEST]


def test_a_move_worth_announcing_counts_at_once() -> None:
    assert watched([100.0, 106.0])[1] == [2]


def test_it_slows_down_again_only_after_some_calm() -> None:
    prices = quiet(30)
    prices += [prices[-1] * 1.01]
    calm = [prices[-1]] * 8
    assert watched(prices + calm)[1][30:38] == [2, 2, 1, 1, 1, 1, 1, 1]


def test_a_price_that_stands_still_is_calm() -> None:
    assert set(watched([100.0] * 50)[1]) == {1}


class Bench:
    def __init__(self, cadence_ms: int | None) -> None:
        self.price: float | None = 100.0
        self.volatility = Volatility(
            lambda one: self.price, lambda one: cadence_ms, {"crypto": THRESHOLD_PCT}
        )

    def look(self, now_s: float) -> None:
        self.volatility.look([an_instrument()], 120_000, now_s)


def test_no_provider_is_asked_more_often_than_it_allows() -> None:
    bench = Bench(cadence_ms=60_000)
    for number in range(4):
        bench.price = 100.0 * 1.1**number
        bench.look(number * 60.0)
    assert bench.volatility.interval_ms(BTC, 120_000) == 60_000
    assert bench.volatility.interval_ms(BTC, 30_000) == 30_000
    assert bench.volatility.interval_ms(BTC, 600_000) == 150_000


def test_what_nobody_has_to_ask_for_is_not_hurried() -> None:
    bench = Bench(cadence_ms=None)
    bench.look(0)
    bench.price = 200.0
    bench.look(60)
    assert bench.volatility.interval_ms(BTC, 120_000) == 120_000


@given(
    st.lists(st.one_of(st.none(), st.floats(1e-6, 1e6)), max_size=60),
    st.integers(1_000, 600_000),
    st.integers(1_000, 600_000),
)
def test_the_interval_stays_between_what_is_asked_for_and_what_is_allowed(
    prices: list[float | None], base_ms: int, cadence_ms: int
) -> None:
    bench = Bench(cadence_ms)
    for number, price in enumerate(prices):
        bench.price = price
        bench.volatility.look([an_instrument()], base_ms, number * base_ms / 1000)
        interval_ms = bench.volatility.interval_ms(BTC, base_ms)
        assert min(base_ms, max(cadence_ms, base_ms // FASTEST)) <= interval_ms <= base_ms
        assert interval_ms >= min(base_ms, cadence_ms)
