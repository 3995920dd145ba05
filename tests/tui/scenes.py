"""Scenes with sane defaults: name only what a test is about."""

from collections.abc import Iterable
from typing import Any

from rtp_tui.model.events import Event, Payload, Snapshot
from rtp_tui.model.instrument import Instrument
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.tui.follower import Connection
from rtp_tui.tui.scene import Scene
from tests.factories import NOW_MS
from tests.frozen_pipeline import a_snapshot


def a_state(*payloads: Payload, instruments: Iterable[Instrument] = ()) -> PipelineState:
    state = PipelineState(instruments)
    for seq, payload in enumerate(payloads, start=1):
        state.apply(Event(seq, payload))
    return state


def a_scene(state: PipelineState | None = None, snapshot: Snapshot | None = None, **changes: Any) -> Scene:
    values: dict[str, Any] = {
        "state": state or PipelineState.of(snapshot or a_snapshot()),
        "now_ms": NOW_MS,
        "connection": Connection.LIVE,
    }
    return Scene(**{**values, **changes})
