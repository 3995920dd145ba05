"""Frames that a provider numbers from 0 on each connection: which came, and whether some are missing. Pure."""

LONGEST_MEMORY = 64
"""Connections, those that are over among them."""


class FrameSequences:
    """The numbers of several connections at once, which frames do not name: each number goes on where one fits."""

    def __init__(self) -> None:
        self._expected: list[int] = []
        """The next number of each connection, the last one used at the end."""

    def skips(self, number: int) -> bool:
        """Take a number; whether there were others before it that never came. A late one is none."""
        expected = self._expected
        if expected and expected[-1] == number:
            expected[-1] = number + 1
            return False
        if number == 0 or not self._expected:
            return self._go_on(number, None)
        if number in self._expected:
            return self._go_on(number, number)
        earlier = [expected for expected in self._expected if expected < number]
        if earlier:
            self._go_on(number, earlier[-1])
        return bool(earlier)

    def _go_on(self, number: int, instead_of: int | None) -> bool:
        if instead_of is not None:
            self._expected.remove(instead_of)
        self._expected.append(number + 1)
        del self._expected[:-LONGEST_MEMORY]
        return False
