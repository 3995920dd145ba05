"""Names in paths."""

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.paths import segment
from rtp_tui.model.commands import ControlJob, JobAction
from tests.unit.cli.asked import Asked


@pytest.mark.parametrize(
    ("name", "part"), [("crypto:BTC", "crypto%3ABTC"), ("a/b", "a%2Fb"), ("a.b", "a.b"), ("..", "%2E%2E")]
)
def test_a_name_is_one_part_of_a_path_whatever_is_in_it(name: str, part: str) -> None:
    assert segment(name) == part


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(CommandFailed):
        segment("")


@pytest.mark.parametrize("name", [".", ".."])
def test_a_name_of_dots_leads_nowhere_else(name: str) -> None:
    asked = Asked("jobs", "pause", name)

    assert asked.orders == [ControlJob(job=name, action=JobAction.PAUSE)]
    assert asked.code == exit_codes.OK
