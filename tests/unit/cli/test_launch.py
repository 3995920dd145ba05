"""What the command without a name starts."""

import tempfile
from pathlib import Path

import click
import pytest

from rtp_tui.cli.launch import demo_settings, server_url
from rtp_tui.cli.options import GlobalOptions


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://host:8080", "http://host:8080"),
        ("ws://host:8080/ws", "http://host:8080"),
        ("wss://host", "https://host"),
        ("HTTPS://host/", "https://host"),
        ("host:8080", "http://host:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_server_may_be_called_in_several_ways(text: str, url: str) -> None:
    assert server_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "://host",
        "ftp://host",
        "http://",
        "http://a b",
        "http://u:p@host",
        "host:port",
        "host:65536",
        "http://h:0",
        "\x1b[31m",
    ],
)
def test_what_is_no_server_is_a_usage_error(text: str) -> None:
    with pytest.raises(click.UsageError):
        server_url(text)


def test_a_demo_uses_nothing_of_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text("theme = 'contrast'")
    monkeypatch.setenv("RTP_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("RTP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("RTP_STORAGE__PATH", str(tmp_path / "mine.db"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/mine.db")
    monkeypatch.setenv("RTP_LOG_FILE", str(tmp_path / "mine.log"))

    with demo_settings(GlobalOptions()) as load:
        settings = load().settings
        directory = Path(settings.data_dir)
        assert settings.demo
        assert settings.theme != "contrast"
        assert (settings.storage.path, settings.log_file) == ("", "")
        assert directory.is_dir()
        assert tmp_path not in directory.parents
    assert not directory.exists()


def test_a_demo_keeps_a_data_directory_that_a_flag_names_and_makes_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, named = tmp_path / "temporary", tmp_path / "named"
    for directory in (temporary, named):
        directory.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with demo_settings(GlobalOptions(data_dir=str(named))) as load:
        assert load().settings.data_dir == str(named)
        assert not any(temporary.iterdir())
    assert named.is_dir()


def test_a_demo_reads_a_file_that_a_flag_names(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("theme = 'contrast'\n[storage]\npath = 'mine.db'")

    with demo_settings(GlobalOptions(config=file)) as load:
        settings = load().settings
        assert (settings.theme, settings.storage.path) == ("contrast", "")
        file.write_text("theme = 'midnight'")
        assert load().settings.theme == "midnight"
