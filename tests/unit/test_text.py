"""Text that is safe to show, and numbers as people read them."""

import json
import re
import unicodedata
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.text import (
    age_text,
    byte_text,
    clock_text,
    compact,
    day_time_text,
    nearest,
    precision_for,
    price_text,
    redacted,
    safe,
    safe_json,
    signed,
    sparkline,
    words_of,
)
from tests.factories import NOW_MS

prices = st.floats(1e-9, 1e9)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]0;owned\x07BTC", "BTC"),
        ("\x1b]8;;http://evil\x1b\\BTC\x1b]8;;\x1b\\", "BTC"),
        ("\x1b]52;c;cm0gLXJm\x07BTC", "BTC"),
        ("\x1b[2JBTC\x1b[1;31m", "BTC"),
        ("\x9b2JBTC", "BTC"),
        ("\x9d0;owned\x9cBTC", "BTC"),
        ("\x1bP1;2|666f6f\x1b\\BTC", "BTC"),
        ("\x90q\x9cBTC", "BTC"),
        ("BTC\x1b]0;never ended", "BTC"),
        ("\x1bcBTC\x1b(0", "BTC"),
        ("\x1b\x1b[31m[2JBTC", "[2JBTC"),
        ("BTC\u202edlog\u202c", "BTCdlog"),
        ("\u2066BTC\u2069", "BTC"),
        ("B\u200dT\u200bC\ufeff", "BTC"),
        ("B\u00adT\u180eC\U000e0041", "BTC"),
        ("BTC\r\n\tETH\x00\x7f\x85", "BTCETH"),
        ("BTC\ud800", "BTC\ufffd"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
        ("M&M São €", "M&M São €"),
    ],
)
def test_what_could_act_on_a_terminal_is_removed(hostile: str, shown: str) -> None:
    assert safe(hostile) == shown


anything = st.text(st.characters() | st.sampled_from("\x1b\x9b\x9d\x90\x07[]P;m\\0\u202e\ud800"))


@given(anything, st.integers(0, 300))
def test_safe_text_has_no_control_format_or_surrogate_character_of_the_corpus(text: str, limit: int) -> None:
    shown = safe(text, limit)
    assert len(shown) <= limit
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(char) for char in shown} & {
        *("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    }
    assert shown.encode() == shown.encode("utf-8", "strict")


@given(anything)
def test_making_safe_text_safe_changes_nothing(text: str) -> None:
    assert safe(safe(text)) == safe(text)


def test_a_hostile_text_costs_no_more_than_a_long_one() -> None:
    assert safe("\x1b]" * 10_000_000) == ""


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("https://user:hunter2@host/x", "https://***@host/x"),
        ("https://user:hun@ter2@host/x?m=a@b", "https://***@host/x?m=a@b"),
        ("https://host?m=a@b", "https://host?m=a@b"),
        ("GET /x?apiKey=hunter2&y=1", "GET /x?apiKey=***&y=1"),
        ('{"api_key": "hunter2", "a": 1}', '{"api_key": "***", "a": 1}'),
        ("X-Api-Key: hunter2", "X-Api-Key: ***"),
        ("Authorization: Bearer hunter2", "Authorization: Bearer ***"),
        ("Authorization: apikey hunter2", "Authorization: apikey ***"),
        ("access_token=hunter2 done", "access_token=*** done"),
        ("client_secret='hunter2'", "client_secret='***'"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_secrets_are_hidden(told: str, shown: str) -> None:
    assert redacted(told) == shown


@pytest.mark.parametrize(
    ("asset_class", "price", "decimals"),
    [
        ("crypto", 67_830.12, 2),
        ("crypto", 99.99, 3),
        ("crypto", 1.5, 4),
        ("crypto", 0.15, 5),
        ("crypto", 0.000012, 8),
        ("crypto", 0.0, 8),
        ("stocks", 3.5, 2),
        ("stocks", 0.5, 5),
        ("index", 5_000.0, 2),
        ("fx", 1.0845, 4),
    ],
)
def test_decimals_follow_the_price(asset_class: str, price: float, decimals: int) -> None:
    assert precision_for(asset_class, price) == decimals


@given(st.floats(1e-4, 1e9))
def test_a_move_of_a_hundredth_of_a_percent_shows_at_any_price(price: float) -> None:
    assert 10 ** -precision_for("crypto", price) <= price * 1.01e-4 or price >= 100 or price < 1e-3


@given(prices, st.integers(0, 8))
def test_a_price_reads_back_as_itself(price: float, decimals: int) -> None:
    shown = price_text(price, decimals)
    assert float(shown.replace(",", "")) == pytest.approx(price, rel=1e-12, abs=0.51 * 10**-decimals)


def test_what_is_not_known_is_a_dash() -> None:
    assert {price_text(None, 2), signed(None), compact(None), age_text(None)} == {"–"}
    assert compact(float("nan")) == compact(float("inf")) == "–"


def test_a_change_has_its_sign_and_nothing_has_a_plus() -> None:
    assert [signed(value) for value in (1250.5, -1.888, 0.0, -0.001)] == [
        *("+1,250.50", "-1.89", "+0.00", "+0.00")
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (312, "312"),
        (12.345, "12.35"),
        (99.999, "100"),
        (999.4, "999"),
        (999.6, "1.00k"),
        (1_234, "1.23k"),
        (28.5e9, "28.5B"),
        (999_999, "1.00M"),
        (-1.5e12, "-1.50T"),
    ],
)
def test_large_numbers_are_short(value: float, shown: str) -> None:
    assert compact(value) == shown


@given(st.floats(-9.9e15, 9.9e15))
def test_a_compact_number_is_at_most_six_characters_and_close(value: float) -> None:
    shown = compact(value)
    assert len(shown) <= 6
    scale = {"k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(shown[-1], 1)
    assert float(re.sub("[kMBT]", "", shown)) * scale == pytest.approx(value, rel=0.006, abs=0.006)


@given(st.integers(0, 9 * 10**14))
def test_bytes_are_at_most_seven_characters(count: int) -> None:
    assert len(byte_text(count)) <= 7


@pytest.mark.parametrize(
    ("age_ms", "shown"),
    [
        (-5_000, "0.0s"),
        (240, "0.2s"),
        (9_949, "9.9s"),
        (9_960, "10s"),
        (41_000, "41s"),
        (720_000, "12m"),
        (10_800_000, "3h"),
        (777_600_000, "9d"),
    ],
)
def test_ages_read_well(age_ms: float, shown: str) -> None:
    assert age_text(age_ms) == shown


@given(st.floats(-1e12, 8.6e10))
def test_an_age_is_at_most_four_characters_and_never_negative(age_ms: float) -> None:
    shown = age_text(age_ms)
    assert len(shown) <= 4
    assert not shown.startswith("-")


def test_a_moment_is_told_in_a_zone() -> None:
    assert clock_text(NOW_MS) == "14:13:20"
    assert day_time_text(NOW_MS) == "2026-09-21 14:13:20"
    assert day_time_text(NOW_MS, ZoneInfo("Asia/Tokyo")) == "2026-09-21 23:13:20"
    assert clock_text(NOW_MS, ZoneInfo("America/New_York"), seconds=False) == "10:13"


values = st.lists(st.floats(-1e9, 1e9), max_size=40).map(tuple)


@given(values, st.integers(0, 40), st.booleans())
def test_a_sparkline_is_exactly_as_wide_as_asked(
    points: tuple[float, ...], width: int, ascii_only: bool
) -> None:
    row = sparkline(points, width, ascii_only=ascii_only)
    assert len(row) == width
    assert len(row.lstrip()) == min(width, len(points))
    assert row.isascii() or not ascii_only


@given(values.filter(lambda points: len(set(points)) > 1))
def test_a_sparkline_keeps_the_order_of_its_values(points: tuple[float, ...]) -> None:
    row = sparkline(points, len(points))
    assert row[points.index(min(points))] == "▁"
    assert row[points.index(max(points))] == "█"
    by_value = [block for _, block in sorted(zip(points, row, strict=True))]
    assert by_value == sorted(by_value)


def test_a_flat_sparkline_sits_in_the_middle() -> None:
    assert sparkline((5.0, 5.0), 4) == "  ▄▄"


@pytest.mark.parametrize("attack", ["\x9b31m", "\u202e", "\x7f", "\u200f", "\U000e0041", "\ufeff"])
def test_json_says_the_same_with_nothing_in_it_that_a_terminal_obeys(attack: str) -> None:
    text = json.dumps({"name": f"a{attack}b – ü"}, ensure_ascii=False, indent=1)

    escaped = safe_json(text)

    assert json.loads(escaped) == json.loads(text)
    assert safe(escaped.replace("\n", "")) == escaped.replace("\n", "")
    assert "– ü" in escaped


class Unwell(Exception):
    """One of our own."""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Unwell("HTTP 503"), "HTTP 503"),
        (TimeoutError("read"), "read"),
        (OSError(111, "Connection refused"), "[Errno 111] Connection refused"),
        (Unwell(), "Unwell"),
        (KeyError("price"), "KeyError: 'price'"),
        (Unwell("\x1b[31mapi_key=abc"), "api_key=***"),
    ],
)
def test_an_error_is_told_in_its_own_words_and_a_bug_also_by_its_kind(error: Exception, words: str) -> None:
    assert words_of(error) == words


def test_the_words_of_an_error_are_bounded() -> None:
    assert words_of(Unwell("x" * 1_000), 160) == "x" * 160


@pytest.mark.parametrize(
    ("word", "likeness", "meant"),
    [("bitcon", 0.6, "bitcoin"), ("xyz", 0.6, ""), ("bit", 0.9, ""), ("", 0.6, ""), ("b" * 10_000, 0.6, "")],
)
def test_the_nearest_word_is_the_one_that_was_probably_meant(word: str, likeness: float, meant: str) -> None:
    assert nearest(word, ("bitcoin", "ether"), likeness) == meant
