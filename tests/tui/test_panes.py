"""Rows, without a terminal."""

from typing import Any

import pytest
from msgspec.structs import replace

from rtp_tui.model.events import Payload
from rtp_tui.model.feeds import ActiveFeed, FeedState, KeyState, KeyStatus, Quota, Resting
from rtp_tui.model.health import Freshness, SessionState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Quote
from rtp_tui.model.parts import PartState, PartStatus
from rtp_tui.model.statistics import CacheStatus
from rtp_tui.state.market import Closes
from rtp_tui.tui.actions.action import Action
from rtp_tui.tui.actions.panes import PANE_NAMES
from rtp_tui.tui.actions.table import ACTIONS
from rtp_tui.tui.cells import Cell, Row, Tone, shown_columns
from rtp_tui.tui.durations import countdown_text, left_text, since_text
from rtp_tui.tui.follower import Connection, Flash
from rtp_tui.tui.painter import text_width
from rtp_tui.tui.panes.alerts import Alerts
from rtp_tui.tui.panes.bars import bar
from rtp_tui.tui.panes.breakers import Breakers
from rtp_tui.tui.panes.clients import Clients
from rtp_tui.tui.panes.feeds import Feeds
from rtp_tui.tui.panes.gaps import Gaps
from rtp_tui.tui.panes.health import Health, trend_text
from rtp_tui.tui.panes.jobs import Jobs
from rtp_tui.tui.panes.log import Log
from rtp_tui.tui.panes.market import Market
from rtp_tui.tui.panes.markets import Markets
from rtp_tui.tui.panes.movers import Movers
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.panes.parts import Parts
from rtp_tui.tui.panes.performance import Performance
from rtp_tui.tui.panes.portfolios import Portfolios
from rtp_tui.tui.panes.positions import Positions
from rtp_tui.tui.panes.prices import Prices, range_text
from rtp_tui.tui.panes.quality import Quality
from rtp_tui.tui.panes.risk import Risk
from rtp_tui.tui.panes.rules import Rules
from rtp_tui.tui.panes.selected import Selected
from rtp_tui.tui.panes.signals import Signals
from rtp_tui.tui.panes.silences import Silences
from rtp_tui.tui.panes.strips import tab_line
from rtp_tui.tui.panes.treasury import Treasury
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.details import feed_text
from rtp_tui.tui.timeline import Entry
from tests.factories import BTC, NOW_MS, a_feed_status, a_health_report, a_quote, a_verdict, an_instrument
from tests.tui.scenes import a_scene, a_state, an_eventful_scene

PANES = (
    Prices(), Jobs(), Feeds(), Breakers(), Health(), Log(), Selected(), Markets(), Parts(), Clients(), Alerts(),
    Silences(), Rules(), Quality(), Gaps(), Performance(), Signals(),
    Portfolios(), Positions(), Risk(), Market(), Movers(), Treasury(),
)  # fmt: skip


def cell(pane: Pane, row: Row, column: str) -> tuple[str, Tone]:
    index = [own.name for own in pane.columns].index(column)
    return row.cells[index].text, row.cells[index].tone


def price_row(scene: Scene, column: str, key: str = "crypto:BTC") -> tuple[str, Tone]:
    pane = Prices()
    return cell(pane, pane.row(scene, key), column)


@pytest.mark.parametrize("pane", PANES, ids=lambda pane: str(pane.name))
def test_every_row_has_a_cell_for_every_column(pane: Pane) -> None:
    scene = an_eventful_scene(selected=BTC, timeline=(Entry(1, NOW_MS, Tone.BAD, "a", "b"),))
    rows = pane.rows(scene)
    assert rows
    assert all(len(row.cells) == len(pane.columns) for row in rows)
    for row in rows:
        for column in pane.columns:
            pane.value(scene, row.key, column.name)


def test_every_pane_is_headed_by_the_key_that_shows_it() -> None:
    scene = a_scene()
    signs = {name: action_named_for(name).key_text for name in PANE_NAMES}
    assert {pane.name: pane.heading(scene).partition(" ")[0] for pane in PANES} == signs


def action_named_for(pane: str) -> Action:
    return next(action for action in ACTIONS if action.id == "show_pane" and action.argument == f"'{pane}'")


@pytest.mark.parametrize("pane", PANES, ids=lambda pane: str(pane.name))
def test_an_empty_state_has_no_rows_and_a_reason(pane: Pane) -> None:
    scene = a_scene(a_state(), connection=Connection.STARTING)
    assert pane.rows(scene) == []
    assert pane.empty(scene)
    assert pane.subtitle(scene) is not None


def test_a_price_shows_value_change_direction_freshness_and_source() -> None:
    scene = a_scene(a_state(a_quote(), a_verdict(), instruments=[an_instrument()]))
    assert price_row(scene, "last") == ("67,830.12", Tone.TEXT)
    assert price_row(scene, "change") == ("+1.88", Tone.UP)
    assert price_row(scene, "way") == ("▲", Tone.UP)
    assert price_row(scene, "mark") == ("●", Tone.OK)
    assert price_row(scene, "freshness")[0] == "live"
    assert price_row(scene, "source")[0] == "binance"


def test_an_instrument_without_a_quote_shows_dashes_never_zero() -> None:
    scene = a_scene(a_state(instruments=[an_instrument()]))
    for column in ("last", "change", "bid", "ask", "spread", "volume", "age"):
        assert price_row(scene, column)[0] == "–"


def test_a_price_that_just_changed_is_tinted_and_the_others_are_not() -> None:
    state = a_state(a_quote(), a_verdict(), instruments=[an_instrument()])
    assert price_row(a_scene(state, flashes={BTC: Flash(True, 1.0)}), "last")[1] is Tone.ROSE
    assert price_row(a_scene(state, flashes={BTC: Flash(False, 1.0)}), "last")[1] is Tone.FELL


@pytest.mark.parametrize("connection", [Connection.OFFLINE, Connection.SILENT])
def test_no_price_looks_live_while_the_engine_is_not_heard(connection: Connection) -> None:
    scene = a_scene(connection=connection, flashes={BTC: Flash(True, 1.0)})
    for row in Prices().rows(scene):
        assert all(c.tone in (Tone.DIM, Tone.FRAME) for c in row.cells)
        assert not {c.text for c in row.cells} & {"●", "◐", "live", "fresh"}


@pytest.mark.parametrize(
    ("closes", "tone"),
    [
        ((9.0, 1.0), Tone.UP_SOFT),
        ((11.0, 1.0), Tone.DOWN_SOFT),
        ((10.0, 30.0), Tone.SPARK),
    ],
)
def test_a_curve_has_the_colour_of_the_way_from_its_first_minute_to_now(
    closes: tuple[float, ...], tone: Tone
) -> None:
    scene = a_scene()
    scene.state.market.closes[BTC] = Closes(closes, 0)
    scene.state.market.quotes[BTC] = replace(scene.state.market.quotes[BTC], price=10.0)
    assert Prices().row(scene, BTC).cells[5].tone is tone


@pytest.mark.parametrize(
    ("freshness", "glyph"),
    [
        (Freshness.LIVE, "●"),
        (Freshness.FRESH, "◐"),
        (Freshness.AGING, "○"),
        (Freshness.STALE, "✖"),
        (Freshness.CLOSED, "·"),
    ],
)
def test_every_freshness_has_a_glyph_and_a_word(freshness: Freshness, glyph: str) -> None:
    scene = a_scene(a_state(a_quote(), a_verdict(freshness=freshness), instruments=[an_instrument()]))
    assert price_row(scene, "mark")[0] == glyph
    assert price_row(scene, "freshness")[0] == freshness


def test_ages_are_whole_seconds_so_that_they_repaint_once_a_second() -> None:
    state = a_state(a_quote(received_ms=NOW_MS - 3_400), a_verdict(), instruments=[an_instrument()])
    assert price_row(a_scene(state), "age")[0] == "3s"
    assert price_row(a_scene(state, now_ms=NOW_MS - 5_000), "age")[0] == "0s"


def test_the_narrowest_table_keeps_symbol_price_change_and_freshness() -> None:
    names = [Prices.columns[index].name for index, _ in shown_columns(Prices.columns, 29)]
    assert names == ["symbol", "last", "change", "mark"]


def test_small_prices_keep_their_decimals() -> None:
    assert price_row(a_scene(), "last", "crypto:SHIB")[0] == "0.00002471"


def test_a_reconnecting_feed_counts_down_to_its_next_attempt() -> None:
    pane, scene = Feeds(), a_scene()
    row = pane.row(scene, "kraken")
    assert cell(pane, row, "mark") == ("✖", Tone.BAD)
    assert cell(pane, row, "state")[0] == "retry in 23s"
    assert cell(pane, row, "note")[0] == "connection refused"
    assert pane.is_fault(scene, "kraken")
    assert not pane.is_fault(scene, "binance")


def test_a_feed_with_silent_instruments_says_which() -> None:
    scene = a_scene(a_state(a_feed_status(silent=(InstrumentId("crypto:XMR"),))))
    assert cell(Feeds(), Feeds().row(scene, "binance"), "note")[0] == "1 silent: crypto:XMR"


@pytest.mark.parametrize("state", list(FeedState))
def test_every_feed_state_has_a_word_and_a_glyph(state: FeedState) -> None:
    scene = a_scene(a_state(a_feed_status(state=state)))
    row = Feeds().row(scene, "binance")
    assert cell(Feeds(), row, "state")[0] == state.value
    assert cell(Feeds(), row, "mark")[0]


def test_health_shows_points_maximum_and_reason_of_each_part() -> None:
    pane, scene = Health(), a_scene(a_state(a_health_report()))
    row = pane.row(scene, "connections")
    assert cell(pane, row, "points") == ("8/15", Tone.WARN)
    assert cell(pane, row, "reason")[0] == "1 of 2 feeds is live"


@pytest.mark.parametrize(("width", "height"), [(44, 8), (70, 12), (20, 3)])
def test_the_health_banner_always_prints_the_number_or_large_digits(width: int, height: int) -> None:
    lines = Health().banner(a_scene(), width, height)
    text = "\n".join("".join(c.text for c in line) for line in lines)
    assert "73" in text or "╺━┓╺━┓" in text
    if width >= 44:
        assert all(text_width(line) <= width for line in lines)


def test_the_trend_of_the_score_is_not_stretched() -> None:
    assert trend_text([100, 98, 100], 4) == ""
    assert trend_text([100, 50, 0], 4) == " █▅▁"


def test_a_score_that_is_not_known_is_a_dash() -> None:
    scene = a_scene(a_state(a_health_report(score=None, band=None)))
    assert "–" in Health().banner(scene, 44, 8)[0][0].text


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "────"), (0, "────"), (0.5, "━━──"), (1, "━━━━"), (2, "━━━━"), (0.6, "━━╸─"), (0.99, "━━━╸")],
)
def test_a_bar_is_exact_to_half_a_cell(share: float | None, text: str) -> None:
    assert bar(share, 4) == text


def test_markets_count_down_to_what_comes_next() -> None:
    pane, scene = Markets(), a_scene()
    assert cell(pane, pane.row(scene, "XBOM"), "next")[0] == "opens in 15h05m"
    assert cell(pane, pane.row(scene, "XBOG"), "next")[0] == "closes in 4m00s"
    assert cell(pane, pane.row(scene, "24x7"), "next")[0] == "–"
    assert pane.subtitle(scene) == "3 open"
    assert SessionState.CLOSED.value == cell(pane, pane.row(scene, "XBOM"), "session")[0]


@pytest.mark.parametrize(
    ("left_ms", "text"),
    [(-5, "0s"), (41_900, "41s"), (245_000, "4m05s"), (7_800_000, "2h10m"), (273_600_000, "3d04h")],
)
def test_countdowns_take_at_most_six_characters(left_ms: int, text: str) -> None:
    assert countdown_text(left_ms) == text


@pytest.mark.parametrize(
    ("span_ms", "left", "since"),
    [
        (-5, "0s", "0s"),
        (9_900, "9s", "9s"),
        (18_000, "15s", "15s"),
        (247_000, "4m00s", "4m"),
        (3_599_000, "59m00s", "60m"),
        (7_800_000, "2h10m", "2h"),
    ],
)
def test_what_is_not_watched_by_the_second_moves_in_steps(span_ms: int, left: str, since: str) -> None:
    assert (left_text(span_ms), since_text(span_ms)) == (left, since)


@pytest.mark.parametrize("state", list(PartState))
def test_every_part_state_has_a_glyph(state: PartState) -> None:
    scene = a_scene(a_state(PartStatus(name="store", state=state, since_ms=NOW_MS, detail="x")))
    assert Parts().row(scene, "store").cells[0].text.strip()


def test_the_cache_tells_how_often_it_helped() -> None:
    part = PartStatus(name="cache", state=PartState.OK, since_ms=NOW_MS)

    def detail(*told: Payload) -> str:
        return cell(Parts(), Parts().row(a_scene(a_state(part, *told)), "cache"), "detail")[0]

    helped = CacheStatus(hit_rate=91.7, entries=1_034, limit=2_000, evictions=3)
    assert detail() == ""
    assert detail(CacheStatus(limit=1_000)) == "nothing asked yet, 0 of 1,000 entries, 0 evicted"
    assert detail(helped) == "92 % at hand, 1,034 of 2,000 entries, 3 evicted"


def test_parts_in_trouble_come_first() -> None:
    assert Parts().keys(a_scene())[0] == "kraken"


def test_the_timeline_shows_the_newest_first() -> None:
    entries = [Entry(number, NOW_MS, Tone.INFO, "a", f"line {number}") for number in (7, 8, 9)]
    scene = a_scene(timeline=entries)
    assert Log().keys(scene) == ["9", "8", "7"]
    assert Log().row(scene, "8").cells[-1].text == "line 8"
    assert Log().row(scene, "1").cells[3].text == ""


def test_the_selected_instrument_tells_why_it_is_as_fresh_as_it_is() -> None:
    scene = a_scene(selected=InstrumentId("crypto:UNI"))
    facts = {row.key: row.cells[1].text for row in Selected().rows(scene)}
    assert facts["state"] == "✖ stale: silent for 74 s, expected every 5 s"


def on_standby() -> Scene:
    active = ActiveFeed(instrument=BTC, feed="okx:BTC-USDT", since_ms=NOW_MS, reason="binance is silent")
    return a_scene(a_state(a_quote(), active, instruments=(an_instrument(),)), selected=BTC)


def test_an_instrument_that_its_standby_prices_is_marked_counted_found_and_explained() -> None:
    scene, pane = on_standby(), Prices()
    row = pane.row(scene, BTC)
    assert row.cells[0].text == "BTC →"
    assert row.cells[-1].tone is Tone.WARN
    assert "→ 1 by standby" in pane.subtitle(scene)
    assert "standby" in pane.searched(scene, BTC)
    assert "standby: binance is silent" in Selected().row(scene, "source").cells[1].text


def test_an_instrument_that_its_own_feed_prices_is_not_marked() -> None:
    scene = a_scene(a_state(a_quote(), instruments=(an_instrument(),)))
    assert Prices().row(scene, BTC).cells[0].text == "BTC"
    assert "standby" not in Prices().subtitle(scene) + Prices().searched(scene, BTC)


@pytest.mark.parametrize(
    ("changes", "note", "tone"),
    [
        ({}, "", Tone.DIM),
        ({"quota": Quota(used=12, limit=30, left=18)}, "quota: 12 of 30 used, 18 left", Tone.DIM),
        ({"quota": Quota(left=2, limit=30, reset_ms=NOW_MS + 41_000)}, "quota: 2 of 30 left, anew in 41s", Tone.WARN),
        ({"quota": Quota(used=29, limit=30)}, "quota: 29 of 30 used", Tone.WARN),
        ({"keys": (KeyStatus(reference="env:A", state=KeyState.USABLE),)}, "", Tone.DIM),
        ({"keys": (KeyStatus(reference="env:A", state=KeyState.REJECTED),)}, "env:A rejected", Tone.WARN),
        ({"resting": (Resting(market="XNYS", instruments=(BTC,)),)}, "stopped: XNYS closed", Tone.DIM),
        ({"resting": (Resting(market="XNYS", instruments=()),)}, "XNYS closed", Tone.DIM),
        ({"bad_frames": {"json": 1}}, "1 bad frame", Tone.DIM),
    ],
)  # fmt: skip
def test_the_note_of_a_feed_says_what_matters_most(changes: dict[str, Any], note: str, tone: Tone) -> None:
    scene = a_scene(a_state(a_feed_status(**changes)))
    assert Feeds().row(scene, "binance").cells[-1] == Cell(note, tone)
    assert Feeds().value(scene, "binance", "note") == (note or None)
    whole = feed_text(scene, scene.state.feed.feeds["binance"]).plain
    assert note.removeprefix("quota: ").removeprefix("stopped: ") in whole or "bad" in note


@pytest.mark.parametrize(("early", "told"), [(0, "5"), (2, "5, 2 tried early")])
def test_a_feed_tells_how_often_it_was_connected_again_and_tried_early(early: int, told: str) -> None:
    scene = a_scene(a_state(a_feed_status(reconnects=5, early_tries=early)))
    lines = feed_text(scene, scene.state.feed.feeds["binance"]).plain.splitlines()
    assert next(line.split(None, 1)[1] for line in lines if line.startswith("reconnects")) == told


@pytest.mark.parametrize(
    ("price", "text"), [(90.0, "●──────────"), (95.0, "─────●─────"), (120.0, "──────────●")]
)
def test_the_range_shows_where_the_price_is_between_low_and_high(price: float, text: str) -> None:
    quote = Quote(InstrumentId("crypto:BTC"), price, 0, 0, "x", low_24h=90.0, high_24h=100.0)
    assert range_text(quote) == text


def test_without_a_high_and_a_low_there_is_no_range() -> None:
    assert range_text(Quote(InstrumentId("crypto:BTC"), 100.0, 0, 0, "x")) == ""


def test_the_tabs_end_in_a_way_to_the_panes_that_have_no_room() -> None:
    titles = [("prices", "1 Prices[3]"), ("jobs", "2 Jobs"), ("risk", "K Risk"), ("chart", "c Chart")]
    assert "".join(cell.text for cell in tab_line(titles, "risk", 36)) == " 1 Prices[3]  2 Jobs  K Risk  … "
    assert text_width(tab_line(titles, "prices", 60)) == 38
