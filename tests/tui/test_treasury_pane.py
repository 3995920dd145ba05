"""The pane of treasuries, and one company at length."""

import pytest
from msgspec.structs import replace

from rtp_tui.model.treasury import TreasuryReport, Unknown
from rtp_tui.tui.answers import NOTHING_ASKED, Inquiries, with_answer, with_refusal
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.panes.treasury import Treasury, multiple_text
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.treasury_details import treasury_text
from tests.factories import MSTR, NOW_MS
from tests.treasuries import a_treasury_report
from tests.tui.scenes import a_scene


def a_told_scene(report: TreasuryReport | None = None) -> Scene:
    return a_scene(answers=with_answer(NOTHING_ASKED, "treasury", report or a_treasury_report()))


def test_companies_stand_by_value_with_what_is_not_known_as_a_dash() -> None:
    strategy, metaplanet = Treasury().rows(a_told_scene())
    assert [cell.text for cell in strategy.cells] == [
        *("Strategy", "MSTR", "BTC", "650k", "65.0B", "0.77x", "50.0B", "0.002600"),
        *("+35.4%", "3.10%", "+10,000", "2026-02-02"),
    ]
    assert strategy.cells[8].tone is Tone.UP
    assert [cell.text for cell in metaplanet.cells[5:9]] == ["–"] * 4


def test_rows_are_sorted_by_numbers_and_lead_to_the_share() -> None:
    scene, pane = a_told_scene(), Treasury()
    strategy, metaplanet = pane.keys(scene)
    assert pane.value(scene, strategy, "value") == 65e9
    assert pane.value(scene, metaplanet, "mnav") is None
    assert pane.value(scene, strategy, "company") == "Strategy"
    assert (pane.instrument(scene, strategy), pane.instrument(scene, metaplanet)) == (MSTR, None)


@pytest.mark.parametrize(
    ("multiple", "text"),
    [(None, "–"), (0.769, "0.77x"), (999.99, "999.99x"), (999.999, "1.00kx"), (1711.9, "1.71kx")],
)
def test_a_multiple_has_room_whatever_it_is(multiple: float | None, text: str) -> None:
    assert multiple_text(multiple) == text
    assert len(text) <= 7


def test_totals_are_told_with_the_age_of_what_is_known() -> None:
    assert Treasury().subtitle(a_told_scene()) == "BTC 680k $68.0B 4.00% of supply, told 12m ago"
    report = a_treasury_report()
    failed = replace(report, coins=tuple(replace(coin, failure="HTTP 503") for coin in report.coins))
    assert Treasury().subtitle(a_told_scene(failed)).endswith("told 12m ago, not answered since")


def test_each_number_is_explained_by_its_formula_and_its_source() -> None:
    scene = a_told_scene()
    held = a_treasury_report().companies[0]
    words = treasury_text(scene, held).plain
    assert "$65.0B = 650,000 x 100,000, the price of BTC" in words
    assert "told by lister 12m ago" in words
    assert "$50.0B = $200.00 x shares" in words
    assert "0.769x = market cap / treasury" in words
    assert "640,000 BTC as of 2025-12-31, CryptoAssetNumberOfUnits" in words
    assert "+10,000.00 BTC = holdings - last filing" in words
    assert "not known" not in words


def test_what_is_not_known_is_named_with_its_reason() -> None:
    held = a_treasury_report().companies[1]
    words = treasury_text(a_told_scene(), held).plain
    assert "listed at TSE: only shares in the United States are looked up" in words
    assert "the provider does not tell what was paid" in words


def test_an_empty_pane_says_why_and_what_to_press() -> None:
    pane = Treasury()
    assert pane.empty(a_scene()) == "not known yet: the engine is being asked"
    assert "t asks now" in pane.empty(a_told_scene(TreasuryReport(at_ms=NOW_MS)))
    failed = TreasuryReport(at_ms=NOW_MS, failures=(Unknown("BTC", "HTTP 503"),))
    assert "BTC: HTTP 503" in pane.empty(a_told_scene(failed))
    resting = TreasuryReport(at_ms=NOW_MS, obstacle="no provider")
    assert pane.empty(a_told_scene(resting)) == "nobody is asked: no provider"
    refused = a_scene(answers=with_refusal(NOTHING_ASKED, "treasury", "no such query"))
    assert pane.empty(refused) == "the engine does not tell: no such query"


def test_the_engine_is_asked_while_the_pane_is_on_screen_only() -> None:
    inquiries = Inquiries()
    assert "treasury" not in inquiries.due(frozenset({"prices"}), 0.0, NOW_MS)
    assert "treasury" in inquiries.due(frozenset({"treasury"}), 0.0, NOW_MS)
