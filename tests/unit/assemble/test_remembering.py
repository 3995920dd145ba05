"""What was changed while an engine ran, from one run to the next."""

import logging
from pathlib import Path

import pytest

from rtp_tui.assemble.remembering import ChangesFile

WORDS = ("one", "two")


def a_file(path: Path) -> ChangesFile[tuple[str, ...]]:
    return ChangesFile(path, tuple[str, ...], ())


def test_what_was_written_is_read_in_the_next_run(tmp_path: Path) -> None:
    file = a_file(tmp_path / "words.json")
    assert file.read() == ()
    file.write(WORDS)
    assert a_file(tmp_path / "words.json").read() == WORDS
    assert [path.name for path in tmp_path.iterdir()] == ["words.json"]


@pytest.mark.parametrize("content", [b"{broken", b"[1, 2]", b"\xff\xfe", b""])
def test_what_cannot_be_understood_is_told_and_kept_under_another_name(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "words.json"
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert a_file(path).read() == ()
    a_file(path).write(WORDS)
    assert (tmp_path / "words.json.unreadable").read_bytes() == content
    assert "words.json.unreadable" in caplog.text
    assert a_file(path).read() == WORDS


def test_a_place_that_cannot_be_written_is_told_and_nothing_ends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        a_file(tmp_path / "nowhere" / "words.json").write(WORDS)
    assert "last until the end only" in caplog.text
