"""Captures: every line format is read, ours is written, what is broken is counted."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.capture import CapturedFrame, CaptureFile, CaptureWriter


def a_frame(**changes: object) -> CapturedFrame:
    values = {
        "received_ms": 1_790_000_000_000,
        "source": "venue",
        "transport": "ws",
        "url": "wss://venue.example/ws",
        "text": '{"p":"1.5"}',
    }
    return CapturedFrame(**{**values, **changes})  # type: ignore[arg-type]


def written(path: Path, *frames: CapturedFrame) -> Path:
    with CaptureWriter(path) as writer:
        for frame in frames:
            writer.write(frame)
    return path


@pytest.mark.parametrize("name", ["capture.jsonl", "capture.jsonl.gz"])
def test_what_is_written_is_read_again(tmp_path: Path, name: str) -> None:
    frames = [a_frame(), a_frame(text="not json ☃", transport="http"), a_frame(text="", payload=b"\x00\xff")]
    assert list(CaptureFile(written(tmp_path / name, *frames))) == frames


@given(text=st.text(st.characters(exclude_categories=["Cs"])).filter(lambda t: "=" not in t and ":" not in t))
def test_any_text_survives_a_line(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("captures") / "c.jsonl"
    assert [frame.text for frame in CaptureFile(written(path, a_frame(text=text)))] == [text]


def test_secrets_do_not_reach_the_file(tmp_path: Path) -> None:
    path = written(
        tmp_path / "c.jsonl", a_frame(url="https://u:pw@h/x?apikey=SECRET1", text='{"token":"SECRET2"}')
    )
    assert "SECRET" not in path.read_text()
    assert "pw@" not in path.read_text()


def test_a_gzip_that_ends_early_gives_what_it_holds(tmp_path: Path) -> None:
    whole = written(tmp_path / "whole.jsonl.gz", *(a_frame(text=str(i) * 50) for i in range(5000)))
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(whole.read_bytes()[:-4000])
    capture = CaptureFile(cut)
    frames = list(capture)
    assert 0 < len(frames) < 5000
    assert capture.truncated


def test_bad_lines_are_counted_and_skipped(tmp_path: Path) -> None:
    path = written(tmp_path / "c.jsonl", a_frame())
    junk = [b"nonsense", b"{", b'{"a":1}', b"\xff\xfe", b'{"received_ms":1,"base64":"*"}', b"12 word", b""]
    path.write_bytes(b"\n".join(junk) + b"\n" + path.read_bytes())
    capture = CaptureFile(path)
    assert list(capture) == [a_frame()]
    assert capture.bad_lines == 6


def test_recorders_lines_take_the_address_of_their_connection(tmp_path: Path) -> None:
    lines = [
        {"ts": 1.5, "conn": "VENUE.ws.1", "dir": "open", "url": "wss://venue.example/a"},
        {"ts": 1.6, "conn": "VENUE.ws.1", "dir": "send", "data": "subscribe"},
        {"ts": 1617566591.326123, "conn": "VENUE.ws.1", "dir": "recv", "data": "{}"},
        {"ts": 1.8, "conn": "VENUE.ws.1", "dir": "http", "url": "https://venue.example/b", "data": "[]"},
    ]
    path = tmp_path / "c.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(json.dumps(line) for line in lines).encode()))
    assert list(CaptureFile(path)) == [
        CapturedFrame(1617566591326, "venue", "ws", "wss://venue.example/a", "{}"),
        CapturedFrame(1800, "venue", "http", "https://venue.example/b", "[]"),
    ]


def test_lines_of_nanoseconds_and_text_are_read_verbatim(tmp_path: Path) -> None:
    folder = tmp_path / "venue" / "ws"
    folder.mkdir(parents=True)
    path = folder / "c.txt.gz"
    text = '{"stream":"x@trade", "data":{"p":"1.0"}}'
    path.write_bytes(gzip.compress(f'1723161254087896568 {text}\n1723 {{"lastUpdateId":1}}\n'.encode()))
    event, snapshot = CaptureFile(path)
    assert event == CapturedFrame(1723161254087, "venue", "ws", "", text)
    assert snapshot.transport == "http"


def test_single_frames_have_no_time(tmp_path: Path) -> None:
    path = tmp_path / "frames.jsonl"
    path.write_text('{"id":"ack","captured":null,"data":"{}"}\n')
    assert [(frame.received_ms, frame.text) for frame in CaptureFile(path)] == [(0, "{}")]


def test_writing_outside_the_block_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not open"):
        CaptureWriter(tmp_path / "c.jsonl").write(a_frame())


def test_what_was_answered_over_http_is_kept_with_its_question(tmp_path: Path) -> None:
    frame = a_frame(
        transport="http", method="GET", status=429, headers=(("retry-after", "7"), ("x-weight", "12"))
    )
    assert list(CaptureFile(written(tmp_path / "c.jsonl", frame))) == [frame]


def test_a_file_that_exists_is_not_replaced_unasked(tmp_path: Path) -> None:
    path = written(tmp_path / "c.jsonl", a_frame())
    with pytest.raises(FileExistsError), CaptureWriter(path):
        pass
    assert list(CaptureFile(path)) == [a_frame()]
    with CaptureWriter(path, replaces=True):
        pass
    assert list(CaptureFile(path)) == []


@pytest.mark.parametrize("replaces", [True, False])
def test_nothing_is_written_through_a_link(tmp_path: Path, replaces: bool) -> None:
    aim, link = tmp_path / "aim", tmp_path / "c.jsonl"
    aim.write_text("precious")
    link.symlink_to(aim)
    with pytest.raises(OSError), CaptureWriter(link, replaces=replaces):
        pass
    assert aim.read_text() == "precious"


def test_others_cannot_read_a_capture(tmp_path: Path) -> None:
    assert written(tmp_path / "c.jsonl.gz", a_frame()).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["c.jsonl", "c.jsonl.gz"])
def test_what_was_flushed_can_be_read_before_the_file_is_closed(tmp_path: Path, name: str) -> None:
    with CaptureWriter(tmp_path / name) as writer:
        writer.write(a_frame(text="first"))
        writer.flush()
        writer.write(a_frame(text="second"))
        capture = CaptureFile(tmp_path / name)
        assert [frame.text for frame in capture] == ["first"]
        assert capture.truncated is name.endswith(".gz")


def test_a_line_without_end_is_counted_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtp_tui.capture.MAX_LINE_BYTES", 1000)
    path = written(tmp_path / "c.jsonl", a_frame(text="x" * 2500), a_frame())
    capture = CaptureFile(path)
    assert list(capture) == [a_frame()]
    assert capture.bad_lines == 3
