"""The table of own keys in the configuration."""

from pathlib import Path

import pytest

from rtp_tui.config.errors import ConfigurationInvalid
from rtp_tui.config.load import SettingsSources, load_settings


def load(tmp_path: Path, text: str, **environment: str) -> dict[str, str]:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(SettingsSources(file=file, environment=environment)).settings.keys


def test_own_keys_are_read_and_the_environment_comes_first(tmp_path: Path) -> None:
    text = '[keys]\nfreeze = "% ctrl+y"\n"show_pane.jobs" = "2"\n'
    assert load(tmp_path, text) == {"freeze": "% ctrl+y", "show_pane.jobs": "2"}
    assert load(tmp_path, text, RTP_KEYS__FREEZE="ctrl+y")["freeze"] == "ctrl+y"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('freez = "f"', 'did you mean "freeze"'),
        ('freeze = "t"', "is the key of trigger_job already"),
        ("freeze = 5", "is not text in quotes"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        load(tmp_path, f"[keys]\n{line}\n")
    [error] = caught.value.errors
    assert words in str(error)
    assert error.place.line == 2
