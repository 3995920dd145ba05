"""`rtp-tui instruments` against a server in front of a scripted engine."""

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.model.events import InstrumentView
from tests.factories import an_instrument
from tests.scripted_pipeline import a_snapshot
from tests.unit.cli.asked import Asked


def test_thousands_are_listed_whole(capsys: pytest.CaptureFixture[str]) -> None:
    views = tuple(InstrumentView(an_instrument(f"stocks:S{n}"), None, None, ()) for n in range(1_500))

    asked = Asked("instruments", snapshot=a_snapshot(instruments=views))

    assert asked.code == exit_codes.OK
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(views)
