"""Runs a command against a server in front of a scripted engine."""

from typing import Any

from rtp_tui.cli.main import run
from rtp_tui.model.events import Snapshot
from tests.scripted_pipeline import ScriptedPipeline
from tests.served_in_thread import served_in_a_thread


class Asked:
    """What came of a command: its exit code, and what the engine was asked."""

    def __init__(
        self,
        *arguments: str,
        snapshot: Snapshot | None = None,
        answers: dict[type, Any] | None = None,
        **settings: Any,
    ) -> None:
        engine = ScriptedPipeline(snapshot)
        engine.answers.update(answers or {})
        with served_in_a_thread(lambda: engine, **settings) as url:
            self.code = run([*arguments, "--port", url.rpartition(":")[2]])
        self.orders = engine.asked
