"""Channels of the configuration and of the environment."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from rtp_tui.config.document import document
from rtp_tui.config.errors import ConfigurationInvalid
from rtp_tui.config.load import LoadedSettings, SettingsSources, load_settings
from rtp_tui.notify.settings import kind_of


def loaded(tmp_path: Path, text: str, environment: Mapping[str, str] | None = None) -> LoadedSettings:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return load_settings(SettingsSources(file=file, environment=environment or {}))


def mistakes(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigurationInvalid) as caught:
        loaded(tmp_path, text)
    return str(caught.value)


def test_the_names_that_people_have_make_channels_by_themselves() -> None:
    environment = {
        "SMTP_USERNAME": "desk@example.com",
        "SMTP_PASSWORD": "hunter2",
        "ALERT_EMAIL_RECIPIENTS": "a@example.com, b@example.com",
        "SLACK_WEBHOOK_URL": "https://hooks.example/T0/B0/s3cr3t",
    }
    found = load_settings(SettingsSources(environment=environment, user_file=False))
    channels = found.settings.channels

    assert {name: kind_of(name, one) for name, one in channels.items()} == {
        "email": "email",
        "slack": "slack",
    }
    assert channels["email"].recipients == ("a@example.com", "b@example.com")
    assert (channels["email"].username, channels["slack"].url) == (
        "env:SMTP_USERNAME",
        "env:SLACK_WEBHOOK_URL",
    )
    assert found.origins["channels.slack.url"] == "environment SLACK_WEBHOOK_URL"
    assert "s3cr3t" not in str(document(found.settings))
    assert "hunter2" not in str(document(found.settings))


def test_the_environment_and_the_file_make_one_channel_together(tmp_path: Path) -> None:
    text = '[channels.slack]\nseverity = "critical"\n'
    channel = loaded(tmp_path, text, {"SLACK_WEBHOOK_URL": "https://hooks.example/x"}).settings.channels[
        "slack"
    ]

    assert (channel.severity.value, channel.url) == ("critical", "env:SLACK_WEBHOOK_URL")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[channels.slack]\nurl = "https://hooks.example/s3cr3t"', "holds a secret: write env:NAME"),
        ('[channels.slack]\nurl = "HTTPS://hooks.example/s3cr3t"', "holds a secret: write env:NAME"),
        ('[channels.desk]\nurl = "env:X"', "kind is missing"),
        ('[channels.desk]\nkind = "pager"', '"pager" is not one of email, slack'),
        ('[channels."Desk One"]\nkind = "log"', "is no name for a channel"),
        ('[channels.email]\nrecipients = ["a@example.com, x@example.com"]', "is not an address"),
        ('[channels.email]\npassword = "hunter2"', "is not a reference"),
        ('[channels.webhook]\nurl = "ftp://x.example"', "neither a reference"),
        ('[channels.webhook]\ntimeout = "1h"', "is not between"),
        ('[channels.webhook]\nurll = ""', 'did you mean "url"'),
    ],
)
def test_a_mistake_is_named(text: str, said: str, tmp_path: Path) -> None:
    told = mistakes(tmp_path, text)

    assert said in told
    assert "s3cr3t" not in told


def test_a_channel_that_lacks_something_is_told_of_and_does_not_keep_the_engine_from_starting(
    tmp_path: Path,
) -> None:
    found = loaded(tmp_path, '[channels.email]\nusername = "env:SMTP_USERNAME"')

    assert "channels.email sends nothing: recipients are missing" in found.warnings


@pytest.mark.parametrize(
    "text",
    [
        '[reports]\nchannel = "emial"',
        '[reports]\nchannel = "desk"\n[channels.desk]\nkind = "log"\nenabled = false',
        '[reports]\nchannel = "desk"\n[channels.desk]\nkind = "log"\n[features]\nnotifications = false',
    ],
)
def test_reports_for_a_channel_that_there_is_not_are_told_of_before_the_first_one(
    text: str, tmp_path: Path
) -> None:
    assert any(
        words.startswith("reports.channel sends nothing: ") for words in loaded(tmp_path, text).warnings
    )


def test_reports_for_a_channel_that_there_is_are_nothing_to_warn_of(tmp_path: Path) -> None:
    text = '[reports]\nchannel = "desk"\n[channels.desk]\nkind = "log"'
    assert loaded(tmp_path, text).warnings == ()
