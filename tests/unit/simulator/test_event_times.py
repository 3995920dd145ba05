"""Only times move."""

import json

from rtp_tui.simulator.event_times import moved


def test_a_trade_keeps_everything_but_its_times() -> None:
    text = (
        '{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","T":1723161255342}'
    )
    assert moved(text, 1000) == text.replace("255343", "256343").replace("255342", "256342")


def test_a_kline_still_begins_on_a_minute() -> None:
    text = '{"e":"kline","E":1723161255343,"s":"X","k":{"t":1723161240000,"T":1723161299999,"f":1,"L":2}}'
    event = json.loads(moved(text, 95_000))
    assert event["E"] == 1723161255343 + 95_000
    assert (event["k"]["t"], event["k"]["T"]) == (1723161240000 + 120_000, 1723161299999 + 120_000)


def test_a_quote_has_no_time_to_move() -> None:
    text = '{"u":50093239212,"s":"BTCUSDT","b":"61837.63","B":"3.78826","a":"61837.64","A":"1.54698"}'
    assert moved(text, 1000) == text


def test_written_times_move_and_keep_their_fraction() -> None:
    text = '{"type":"match","time":"2021-04-17T16:43:30.244075Z","trade_id":881613}'
    assert moved(text, 30_000) == text.replace("16:43:30.244075", "16:44:00.244075")
    assert moved('{"last_updated":"2023-12-25T18:43:11.740Z"}', 30_000).endswith('18:43:41.740Z"}')
    assert moved('{"regularMarketTime":1739998801}', 30_000) == '{"regularMarketTime":1739998831}'
