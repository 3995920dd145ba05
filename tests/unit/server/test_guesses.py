"""Bad tokens, counted by where they come from."""

from rtp_tui.server.guesses import GUESSES, WITHIN_S, Guesses
from tests.fakes import FakeClock


def guessed(guesses: Guesses, address: str, times: int = GUESSES) -> None:
    for _ in range(times):
        guesses.note_bad(address)


async def test_after_ten_bad_ones_in_a_minute_no_other_is_looked_at_until_the_minute_is_over() -> None:
    clock = FakeClock()
    guesses = Guesses(clock)
    guessed(guesses, "192.0.2.1", GUESSES - 1)
    assert guesses.wait_s("192.0.2.1") == 0
    await clock.advance(10)
    guessed(guesses, "192.0.2.1", 1)
    assert guesses.wait_s("192.0.2.1") == WITHIN_S - 10
    await clock.advance(WITHIN_S - 10)
    assert guesses.wait_s("192.0.2.1") == 0


def test_others_are_not_held_up() -> None:
    guesses = Guesses(FakeClock())
    guessed(guesses, "192.0.2.1")

    assert guesses.wait_s("192.0.2.2") == 0


def test_all_addresses_of_one_ipv6_site_count_as_one() -> None:
    guesses = Guesses(FakeClock())
    for number in range(GUESSES):
        guesses.note_bad(f"2001:db8:1:2::{number:x}")

    assert guesses.wait_s("2001:db8:1:2:ffff::1") > 0
    assert guesses.wait_s("2001:db8:1:3::1") == 0


def test_so_many_addresses_are_remembered_and_those_given_up_are_counted() -> None:
    guesses = Guesses(FakeClock(), max_addresses=2)
    for last in range(3):
        guessed(guesses, f"192.0.2.{last}")

    assert [guesses.wait_s(f"192.0.2.{last}") > 0 for last in range(3)] == [False, True, True]
    assert (guesses.bad, guesses.forgotten) == (3 * GUESSES, 1)
