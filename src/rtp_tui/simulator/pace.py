"""How often a venue tells something that does not depend on what happens."""


class Pace:
    """Turns that begin at whole multiples of their length; a clock that is set back keeps nobody waiting for the next."""

    def __init__(self, every_ms: int) -> None:
        self._every_ms = every_ms
        self._taken = -1

    def take(self, now_ms: int) -> bool:
        """Take the turn that this moment is in; whether it was still to be taken."""
        turn = now_ms // self._every_ms
        is_new = turn != self._taken
        self._taken = turn
        return is_new
