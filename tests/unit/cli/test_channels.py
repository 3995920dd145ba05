"""`rtp-tui alerts dead --retry` against a server in front of a scripted engine."""

import json
from typing import Any

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.model.commands import Done, RetryDeadLetters
from rtp_tui.model.queries import ChannelList, GetChannels
from tests.unit.cli.asked import Asked

Captured = pytest.CaptureFixture[str]


def test_what_came_of_sending_again_is_told_in_words_or_as_json(capsys: Captured) -> None:
    answers: dict[type, Any] = {RetryDeadLetters: Done(message="2 messages are sent again")}

    asked = Asked("alerts", "dead", "slack", "--retry", answers=answers)
    assert (asked.code, asked.orders) == (exit_codes.OK, [RetryDeadLetters(channel="slack")])
    assert capsys.readouterr().out == "2 messages are sent again\n"

    Asked("alerts", "dead", "slack", "--retry", "--json", answers=answers)
    told = json.loads(capsys.readouterr().out)
    assert told == {"retries": [{"channel": "slack", "message": "2 messages are sent again"}]}


def test_json_is_told_where_there_is_nothing_to_send_again(capsys: Captured) -> None:
    asked = Asked("alerts", "dead", "--retry", "--json", answers={GetChannels: ChannelList(channels=())})

    assert asked.code == exit_codes.OK
    assert json.loads(capsys.readouterr().out) == {"retries": []}
