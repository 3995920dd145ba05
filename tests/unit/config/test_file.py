"""Files that cannot be read as a configuration."""

import os
from pathlib import Path

import pytest

from rtp_tui.config.errors import ConfigurationInvalid
from rtp_tui.config.file import MAX_FILE_BYTES, read_file


def refused(path: Path) -> str:
    with pytest.raises(ConfigurationInvalid) as caught:
        read_file(path)
    return str(caught.value).removeprefix(f"{path}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = 1\n\x00\x01\x02", ":2: is binary, not TOML text"),
        (b"\x7fELF\x02\x01\x01\x00", ":1: is binary, not TOML text"),
        (b"a = 1\nb = '\xff\xfe'", ":2: is not UTF-8 text"),
        (b"\xff\xfe[\x00s\x00", ":1: is UTF-16 text; save it as UTF-8"),
        (b"a = 1\nb = \n", ":2: is not valid TOML: Invalid value (column 5)"),
        (b"a = 1\na = 2\n", ":2: is not valid TOML: Cannot overwrite a value (column 6)"),
        (b"a = '''\nopen", ":2: is not valid TOML: Expected \"'''\" (at end of document)"),
        (b"a = " + b"[" * 100_000, ": is nested too deeply"),
        (b"a = " + b"1" * 5000, ": is not valid TOML: Exceeds the limit"),
    ],
    ids=["nul", "elf", "latin", "utf-16", "no value", "twice", "open string", "deep", "long number"],
)
def test_a_file_that_is_not_toml_is_refused_with_its_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)

    assert refused(path).startswith(message)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"#" * (MAX_FILE_BYTES + 1))

    assert "larger than 4 MB" in refused(path)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert "cannot be read: Is a directory" in refused(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "there is no such file" in refused(tmp_path / "none.toml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.touch(mode=0)

    assert "Permission denied" in refused(path)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b"# nothing\r\n"])
def test_an_empty_file_says_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)

    assert read_file(path).tree == {}


def test_a_byte_order_mark_and_the_line_ends_of_other_systems_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbftheme = 'x'\r\n[server]\r\nport = 1\r\n")

    file = read_file(path)

    assert file.tree == {"theme": "x", "server": {"port": 1}}
    assert file.lines["server", "port"] == 3
