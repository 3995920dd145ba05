"""The effective configuration, written again."""

from pathlib import Path

import tomli_w

from rtp_tui.config.document import document, leaves
from rtp_tui.config.load import SettingsSources, load_settings


def test_what_is_shown_loads_as_the_same_settings(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        '[server]\nport = 1\n[storage]\ntick_retention = "90m"\n[markets.x]\nopen = "08:00"\n'
        '[[jobs]]\nid = "x"\ninterval = "5m"\n'
    )
    settings = load_settings(SettingsSources(file=file)).settings
    file.write_text(tomli_w.dumps(document(settings)))

    assert load_settings(SettingsSources(file=file)).settings == settings


def test_passwords_in_addresses_are_hidden() -> None:
    environment = {"RTP_NET__PROXY": "http://user:hunter2@proxy:8080"}
    settings = load_settings(SettingsSources(environment=environment, user_file=False)).settings

    assert dict(leaves(settings))["net", "proxy"] == "http://***@proxy:8080"
