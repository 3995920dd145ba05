"""What of a capture is played."""

from pathlib import Path

from rtp_tui.assemble.surveying import replayed_instruments, survey
from rtp_tui.capture import CapturedFrame, CaptureFile, CaptureWriter
from rtp_tui.feeds.player import Window
from rtp_tui.sources.captured import CapturedSymbols
from tests.factories import an_instrument


def a_frame(at_ms: int, symbol: str, source: str = "binance") -> CapturedFrame:
    return CapturedFrame(at_ms, source, "ws", "", f'{{"s":"{symbol}"}}')


def of(*frames: CapturedFrame) -> CapturedSymbols:
    symbols = CapturedSymbols()
    for frame in frames:
        symbols.note(frame)
    return symbols


def written(path: Path, *frames: CapturedFrame) -> CaptureFile:
    with CaptureWriter(path) as writer:
        for frame in frames:
            writer.write(frame)
    return CaptureFile(path)


def test_a_survey_tells_span_and_strangers(tmp_path: Path) -> None:
    frames = [
        a_frame(7, "A"),
        a_frame(5, "B"),
        a_frame(0, "C"),
        a_frame(9, "D", "elsewhere"),
        a_frame(50, "E"),
    ]
    found = survey(written(tmp_path / "c", *frames), Window(to_ms=50))

    assert (found.frames, found.first_ms, found.last_ms) == (4, 5, 9)
    assert found.strange == {"elsewhere": 1}
    assert found.symbols.has("binance:c")
    assert not found.symbols.has("binance:E")


def test_a_survey_of_nothing_has_no_span(tmp_path: Path) -> None:
    found = survey(written(tmp_path / "c"), Window())
    assert (found.frames, found.first_ms) == (0, None)


def test_configured_instruments_are_played_by_the_feeds_that_were_recorded() -> None:
    configured = [
        an_instrument("crypto:BTC", feeds=("okx:BTC-USDT", "binance:btcusdt")),
        an_instrument("crypto:ETH", feeds=("binance:ETHUSDT",)),
    ]
    (played,) = replayed_instruments(configured, of(a_frame(1, "BTCUSDT"), a_frame(1, "SOLUSDT")))
    assert (played.id, played.feeds) == ("crypto:BTC", ("binance:btcusdt",))


def test_others_are_played_where_none_is_configured_or_all_are_wanted() -> None:
    symbols = of(a_frame(1, "BTCUSDT"), a_frame(1, "SOLUSDT"))
    configured = [an_instrument("crypto:BITCOIN", feeds=("binance:BTCUSDT",))]

    assert [one.id for one in replayed_instruments((), symbols)] == ["crypto:BTC", "crypto:SOL"]
    found = replayed_instruments(configured, symbols, also_others=True)
    assert [one.id for one in found] == ["crypto:BITCOIN", "crypto:SOL"]
