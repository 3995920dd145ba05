"""Answers about signals: what is stored, and what is newer than the last commit."""

from rtp_tui.api.signals import SignalAnswers
from rtp_tui.model.events import Event
from rtp_tui.model.queries import GetSignals
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.memory import Memory, MemoryHistory
from tests.factories import NOW_MS, a_signal


async def test_signals_of_one_moment_stand_on_one_page_each_stored_or_not() -> None:
    instruments = [f"crypto:C{number}" for number in range(4)]
    signals = [a_signal(instrument=one, at_ms=NOW_MS) for one in instruments]
    state, memory = PipelineState(()), Memory()
    for number, signal in enumerate(signals, 1):
        state.apply(Event(number, signal))
    memory.signals.keep(signals[:3])
    answers = SignalAnswers(MemoryHistory(memory), state)

    first = await answers.signals(GetSignals(limit=1))
    rest = await answers.signals(GetSignals(limit=10, cursor=first.next_cursor))

    assert [one.instrument for one in first.signals] == ["crypto:C3", "crypto:C2"]
    assert [one.instrument for one in rest.signals] == ["crypto:C1", "crypto:C0"]
