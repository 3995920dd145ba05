"""The pane of signals, and one signal at length."""

from rtp_tui.model.signals import Outcome, Score, Strategy, StrategyStatus
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.panes.signals import Signals
from rtp_tui.tui.screens.signal_details import signal_text
from tests.factories import NOW_MS, a_signal
from tests.tui.scenes import a_scene


def the_state() -> PipelineState:
    state = PipelineState()
    hit = Outcome(after_ms=300_000, price=101.0, move_pct=1.0, is_hit=True)
    signals = (a_signal().with_outcome(hit), a_signal(at_ms=NOW_MS + 60_000))
    scores = (
        Score(after_ms=300_000),
        Score(after_ms=3_600_000, known=3, hits=2, hit_rate_pct=66.7, expectancy_pct=0.2),
    )
    dip = Strategy(name="dip", when="close < 1", description="A dip")
    state.analytics.signals = {one.id: one for one in signals}
    state.analytics.strategies = {"dip": StrategyStatus(strategy=dip, signals=2, scores=scores)}
    return state


def test_the_newest_comes_first_with_outcomes_as_they_are_known() -> None:
    scene = a_scene(the_state())
    newest, before = Signals().rows(scene)
    assert newest.key.endswith(str(NOW_MS + 60_000))
    assert [cell.text for cell in before.cells[5:]] == ["+1.00%", "…", "…", "67% of 3"]
    assert before.cells[5].tone is Tone.OK


def test_a_signal_is_explained_by_the_values_of_its_terms() -> None:
    state = the_state()
    text = signal_text(a_scene(state), next(iter(state.analytics.signals.values()))).plain
    assert all(
        words in text
        for words in ("close", "A dip", "close < 1", "+1.000% hit", "67% of 3, +0.200% a signal")
    )


def test_without_signals_it_says_who_watches() -> None:
    state = the_state()
    state.analytics.signals = {}
    assert Signals().empty(a_scene(state)) == "no signals yet: 1 strategies watch"
