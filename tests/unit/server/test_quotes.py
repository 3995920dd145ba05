"""Quotes as JSON, encoded once."""

import msgspec

from rtp_tui.api.wire import encode
from rtp_tui.model.events import Event
from rtp_tui.server.bodies import AgedQuoteBody, aged_quote_body
from rtp_tui.server.journal import Journal
from rtp_tui.server.pages import QuotesPage
from rtp_tui.server.quotes import Quotes
from tests.factories import NOW_MS, a_quote, an_instrument
from tests.scripted_pipeline import a_snapshot

BITCOIN, ETHER = an_instrument(), an_instrument("crypto:ETH", name="Ether")


def a_journal(epoch: str = "e1") -> Journal:
    journal = Journal()
    journal.load(a_snapshot(epoch=epoch))
    return journal


def test_a_quote_is_the_body_with_its_age() -> None:
    journal = a_journal()
    for instrument in (BITCOIN, ETHER):
        body = aged_quote_body(journal.state, instrument, NOW_MS + 250)
        assert Quotes(journal).json(instrument, NOW_MS + 250) == encode(body)


def test_its_age_grows_and_is_never_negative() -> None:
    quotes = Quotes(a_journal())
    first, later, before = (quotes.json(BITCOIN, NOW_MS + ms) for ms in (500, 1_500, -1_000_000))
    ages = [msgspec.json.decode(text, type=AgedQuoteBody).age_ms for text in (first, later, before)]
    assert ages[0]
    assert ages == [ages[0], ages[0] + 1_000, 0]


def test_a_page_is_encoded_as_its_type_is() -> None:
    journal = a_journal()
    page = QuotesPage(
        tuple(aged_quote_body(journal.state, one, NOW_MS) for one in (BITCOIN, ETHER)), next_cursor="c"
    )
    assert Quotes(journal).page_json((BITCOIN, ETHER), "c", NOW_MS) == encode(page)
    assert Quotes(journal).page_json((), None, NOW_MS) == b'{"quotes":[],"next_cursor":null}'


def test_a_new_price_is_told_and_changes_the_tag_of_what_holds_it() -> None:
    journal = a_journal()
    quotes = Quotes(journal)
    quotes.json(BITCOIN, NOW_MS)
    groups = ((BITCOIN,), (ETHER,), (BITCOIN, ETHER))
    before = [quotes.tag(group) for group in groups]
    journal.apply(Event(101, a_quote(price=1.25)))
    after = [quotes.tag(group) for group in groups]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True, False]
    assert msgspec.json.decode(quotes.json(BITCOIN, NOW_MS))["price"] == 1.25


def test_nothing_of_an_earlier_epoch_is_told() -> None:
    journal = a_journal()
    quotes = Quotes(journal)
    old_tag, old = quotes.tag((BITCOIN,)), quotes.json(BITCOIN, NOW_MS)
    snapshot = a_snapshot(epoch="e2", instruments=())
    journal.load(snapshot)
    assert quotes.json(BITCOIN, NOW_MS) != old
    assert quotes.tag((BITCOIN,)) != old_tag
