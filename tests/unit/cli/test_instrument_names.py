"""What people call instruments."""

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.instrument_names import those_named
from tests.factories import an_instrument

KNOWN = tuple(map(an_instrument, ("crypto:BTC", "stocks:UNI", "crypto:UNI")))


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        ((), ["crypto:BTC", "stocks:UNI", "crypto:UNI"]),
        (("crypto:uni", "btc"), ["crypto:BTC", "crypto:UNI"]),
        (("stocks:UNI", "stocks:UNI"), ["stocks:UNI"]),
    ],
)
def test_instruments_are_named_by_id_or_symbol_and_keep_their_order(
    names: tuple[str, ...], ids: list[str]
) -> None:
    assert [one.id for one in those_named(names, KNOWN)] == ids


@pytest.mark.parametrize(
    ("name", "words"), [("UNI", "UNI may be crypto:UNI, stocks:UNI"), ("BTX", "nearest: crypto:BTC")]
)
def test_what_names_none_or_several_is_refused(name: str, words: str) -> None:
    with pytest.raises(CommandFailed, match=words) as caught:
        those_named((name,), KNOWN)
    assert caught.value.code == exit_codes.USAGE
