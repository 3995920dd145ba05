from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtp_tui.model.instrument import Instrument
from rtp_tui.storage.instrument_changes import InstrumentChanges
from tests.factories import an_instrument

BTC, ETH, SOL = (an_instrument(f"crypto:{symbol}") for symbol in ("BTC", "ETH", "SOL"))
CONFIGURED = (BTC, ETH)


def test_what_was_added_comes_after_what_is_configured() -> None:
    assert InstrumentChanges().with_added(SOL).applied_to(CONFIGURED) == (BTC, ETH, SOL)


def test_what_is_configured_wins_over_what_was_added() -> None:
    configured = (*CONFIGURED, replace(SOL, name="as configured"))
    assert InstrumentChanges().with_added(SOL).applied_to(configured) == configured


def test_a_configured_one_stays_removed_until_it_is_configured_differently() -> None:
    changes = InstrumentChanges().with_removed(ETH, is_configured=True)
    assert changes.applied_to(CONFIGURED) == (BTC,)
    other = replace(ETH, feeds=("binance:ETHUSDC",))
    assert changes.applied_to((BTC, other)) == (BTC, other)


def test_a_configured_one_that_is_added_again_is_priced_where_it_stands() -> None:
    changes = InstrumentChanges().with_removed(BTC, is_configured=True).with_added(BTC)
    assert changes.applied_to(CONFIGURED) == CONFIGURED


def test_an_added_one_that_is_removed_leaves_nothing() -> None:
    assert InstrumentChanges().with_added(SOL).with_removed(SOL, is_configured=False) == InstrumentChanges()


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([BTC, ETH, SOL])), max_size=20))
def test_the_last_word_on_each_counts(words: list[tuple[bool, Instrument]]) -> None:
    changes, priced = InstrumentChanges(), set(CONFIGURED)
    for is_added, one in words:
        if is_added:
            changes = changes.with_added(one)
            priced.add(one)
        else:
            changes = changes.with_removed(one, is_configured=one in CONFIGURED)
            priced.discard(one)
    assert set(changes.applied_to(CONFIGURED)) == priced
