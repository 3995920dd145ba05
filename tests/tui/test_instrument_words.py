import pytest

from rtp_tui.model.commands import AddInstrument, RemoveInstrument
from rtp_tui.tui.instrument_words import instrument_proposal
from tests.factories import BTC, an_instrument

KNOWN = {BTC: an_instrument()}


def test_an_instrument_is_added_with_its_feeds_after_being_asked() -> None:
    found = instrument_proposal("instrument add crypto:SOL binance:SOLUSDT coinbase:SOL-USD", KNOWN)
    assert found is not None
    assert isinstance(found.command, AddInstrument)
    assert found.command.instrument.feeds == ("binance:SOLUSDT", "coinbase:SOL-USD")
    assert found.command.instrument.name == "SOL"
    assert found.question == "Price crypto:SOL from now on?"


def test_an_instrument_is_removed_after_being_asked() -> None:
    found = instrument_proposal("instrument remove crypto:BTC", KNOWN)
    assert found is not None
    assert found.command == RemoveInstrument(instrument=BTC)
    assert found.question


@pytest.mark.parametrize(
    "words",
    [
        "",
        "instrument",
        "instrument add crypto:SOL",
        "instrument add SOL binance:X",
        "instrument remove crypto:SOL",
        "drill",
    ],
)
def test_words_that_are_not_whole_ask_for_nothing(words: str) -> None:
    assert instrument_proposal(words, KNOWN) is None
