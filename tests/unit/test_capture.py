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
