"""Packets between a console without a terminal and whoever shows it."""

import asyncio

import pytest

from rtp_tui.browser.packets import (
    MOST_BYTES,
    BrokenTalk,
    Data,
    Meta,
    Packet,
    input_packet,
    read_packet,
    read_prelude,
    resize_packet,
    word_packet,
)


def reader_of(*parts: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    for part in parts:
        reader.feed_data(part)
    reader.feed_eof()
    return reader


async def test_what_is_sent_is_a_letter_a_length_and_a_payload() -> None:
    assert input_packet("q") == b"D\x00\x00\x00\x01q"
    assert resize_packet(80, 24)[:1] == b"M"
    assert await read_packet(reader_of(word_packet("exit"))) == Meta("exit")


@pytest.mark.parametrize(
    ("sent", "packet"),
    [
        (b"D\x00\x00\x00\x02hi", Data(b"hi")),
        (b"P\x00\x00\x00\x02hi", Meta()),
        (b"D\x00\x00\x00\x05hi", None),
        (b"", None),
    ],
)
async def test_packets_are_read_until_the_end(sent: bytes, packet: Packet | None) -> None:
    assert await read_packet(reader_of(sent)) == packet


@pytest.mark.parametrize("sent", [b"M\x00\x00\x00\x02{]", b"D" + (MOST_BYTES + 1).to_bytes(4, "big")])
async def test_what_is_no_packet_is_refused(sent: bytes) -> None:
    with pytest.raises(BrokenTalk):
        await read_packet(reader_of(sent))


async def test_a_console_announces_itself_before_its_first_packet() -> None:
    assert await read_prelude(reader_of(b"warning: a key is old\n", b"__GANGLION__\n"))
    assert not await read_prelude(reader_of(b"Traceback\n" * 20))
    assert not await read_prelude(reader_of())
