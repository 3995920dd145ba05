from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.feeds.silence import LEARNED_FROM, SilenceWatch
from rtp_tui.model.instrument import InstrumentId
from tests.factories import BTC, ETH

FLOOR_S = 10.0
BOTH = (BTC, ETH)


class Bench:
    """A watch that looks once a second, and what it is told."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.heard: dict[InstrumentId, int] = {}
        self.is_open = True
        self.watch = SilenceWatch(FLOOR_S, self.heard.get, lambda instrument: self.is_open)
        self.found: list[InstrumentId] = []

    def speak(self, *instruments: InstrumentId, for_s: int, every_s: int = 1) -> None:
        """Let these be heard for a while; look every second."""
        for second in range(for_s):
            self.now_s += 1
            if second % every_s == 0:
                self.heard |= dict.fromkeys(instruments, round(self.now_s * 1000))
            self.found += self.watch.look(BOTH, self.now_s)


def test_a_symbol_that_falls_silent_while_another_goes_on_is_found_once() -> None:
    bench = Bench()
    bench.speak(BTC, ETH, for_s=60)
    bench.speak(BTC, for_s=10)
    assert bench.found == []
    bench.speak(BTC, for_s=600)
    assert (bench.found, bench.watch.resubscriptions) == ([ETH], 1)
    assert bench.watch.is_silent(ETH)
    assert not bench.watch.is_silent(BTC)


def test_a_symbol_that_is_heard_again_can_be_found_again() -> None:
    bench = Bench()
    bench.speak(BTC, ETH, for_s=60)
    bench.speak(BTC, for_s=30)
    bench.speak(BTC, ETH, for_s=5)
    assert not bench.watch.is_silent(ETH)
    bench.speak(BTC, for_s=120)
    assert bench.found == [ETH, ETH]


def test_what_is_usual_for_a_symbol_is_no_silence() -> None:
    bench = Bench()
    for _ in range(LEARNED_FROM + 5):
        bench.speak(BTC, ETH, for_s=1)
        bench.speak(BTC, for_s=39)
    bench.speak(BTC, for_s=75)
    assert bench.found == []
    bench.speak(BTC, for_s=20)
    assert bench.found == [ETH]


def test_a_symbol_whose_habits_are_not_known_is_left_alone() -> None:
    bench = Bench()
    bench.speak(BTC, ETH, for_s=LEARNED_FROM - 2)
    bench.speak(BTC, for_s=3_600)
    assert bench.found == []


def test_a_socket_on_which_nobody_speaks_is_not_a_symbols_fault() -> None:
    bench = Bench()
    bench.speak(BTC, ETH, for_s=60)
    bench.speak(for_s=600)
    assert bench.found == []


def test_nobody_is_silent_while_the_market_is_closed_nor_for_the_time_before_it_opened() -> None:
    bench = Bench()
    bench.speak(BTC, ETH, for_s=60)
    bench.is_open = False
    bench.speak(BTC, for_s=600)
    bench.is_open = True
    bench.speak(BTC, for_s=9)
    assert bench.found == []
    bench.speak(BTC, for_s=5)
    assert bench.found == [ETH]


def test_time_in_which_nobody_looked_is_not_counted() -> None:
    bench = Bench()
    bench.speak(BTC, ETH, for_s=60)
    bench.now_s += 3_600
    bench.speak(BTC, for_s=9)
    assert bench.found == []


@given(st.lists(st.tuples(st.sampled_from([(BTC,), (ETH,), BOTH, ()]), st.integers(1, 40)), max_size=30))
def test_nothing_is_found_twice_without_being_heard_between(
    spoken: list[tuple[tuple[InstrumentId, ...], int]],
) -> None:
    bench = Bench()
    bench.speak(*BOTH, for_s=30)
    heard_when_found: set[tuple[InstrumentId, int]] = set()
    for instruments, seconds in spoken:
        for _ in range(seconds):
            found = len(bench.found)
            bench.speak(*instruments, for_s=1)
            for one in bench.found[found:]:
                assert (one, bench.heard[one]) not in heard_when_found
                assert bench.now_s * 1000 - bench.heard[one] > FLOOR_S * 1000
                heard_when_found.add((one, bench.heard[one]))
