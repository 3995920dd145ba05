"""The example documents every key, and nothing else."""

import re
import tomllib
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.config.load import SettingsSources, load_settings
from rtp_tui.config.settings import Settings
from rtp_tui.config.shipped import example_text
from rtp_tui.config.validate import is_table, keys_of, table_of_array
from rtp_tui.resilience.settings import DEFAULT_POLICIES


def uncommented() -> str:
    return re.sub(r"^#(?=[\[a-z])", "", example_text(), flags=re.MULTILINE)


def keys_below(kind: type[Struct], path: str = "") -> set[str]:
    keys: set[str] = set()
    for key, field in keys_of(kind).items():
        below = table_of_array(field.type)
        if is_table(field.type):
            below = field.type
        elif get_origin(field.type) is dict:
            element = get_args(field.type)[1]
            below = element if is_table(element) else None
        keys |= {path + key} if below is None else keys_below(below, f"{path}{key}.")
    return keys


def keys_written(tree: Any, path: str = "") -> set[str]:
    match tree:
        case dict() if path in ("markets.", "policies.", "channels."):
            return set().union(*({f"{path}{key}" for key in named} for named in tree.values()))
        case dict() if path == "keys.":
            return {"keys"}
        case dict():
            return set().union(*(keys_written(value, f"{path}{key}.") for key, value in tree.items()))
        case [dict(), *_]:
            return set().union(*(keys_written(element, path) for element in tree))
        case _:
            return {path.removesuffix(".")}


def load(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(SettingsSources(file=file)).settings


def test_the_example_as_it_is_changes_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, example_text()) == load_settings(SettingsSources(user_file=False)).settings


def test_every_key_of_the_settings_is_in_the_example() -> None:
    assert keys_below(Settings) - keys_written(tomllib.loads(uncommented())) == set()


def test_every_key_of_the_example_is_known(tmp_path: Path) -> None:
    assert load(tmp_path, uncommented()).jobs[0].id == "crypto-prices"


@pytest.mark.parametrize("table", ["server", "storage", "net", "features", "sources", "notifications"])
def test_the_values_of_the_example_are_the_defaults(tmp_path: Path, table: str) -> None:
    defaults = load_settings(SettingsSources(user_file=False)).settings

    assert getattr(load(tmp_path, uncommented()), table) == getattr(defaults, table)


def test_the_policy_of_the_example_is_the_default_one(tmp_path: Path) -> None:
    [(name, policy)] = load(tmp_path, uncommented()).policies.items()

    assert replace(policy, calls_per_minute=None) == DEFAULT_POLICIES[name]
