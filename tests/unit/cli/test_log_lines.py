"""What a headless engine says of what happens."""

from rtp_tui.cli.log_lines import LogLines
from rtp_tui.model.clients import AuditEntry
from tests.factories import NOW_MS


def test_every_command_is_a_line_with_who_gave_it_also_when_it_is_given_again() -> None:
    order = AuditEntry(at_ms=NOW_MS, name="ops", address="192.0.2.1", command="trigger_job", subject="backup")
    refused = AuditEntry(
        at_ms=NOW_MS, name="", address="", command="stop", outcome="not_allowed", message="no token"
    )
    lines = LogLines()

    assert [lines.line(order), lines.line(order)] == ["ops at 192.0.2.1: trigger_job backup: done"] * 2
    assert lines.line(refused) == "somebody: stop: not_allowed (no token)"
