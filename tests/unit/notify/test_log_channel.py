"""Messages as lines of the log."""

import logging

import pytest

from rtp_tui.notify.log_channel import LogChannel
from tests.factories import a_message


async def test_a_message_is_one_line_at_the_level_of_its_severity(caplog: pytest.LogCaptureFixture) -> None:
    await LogChannel("log").send(a_message(subject="[warning] high"))

    assert [(one.levelno, one.getMessage()) for one in caplog.records] == [
        (logging.WARNING, "fired-a1: [warning] high")
    ]
