"""How fast a capture is played, on the command line."""

import click

FASTEST = 1e6


class Speed(click.ParamType["float | None"]):
    """A factor of the recorded pace; None for `max`, which is as fast as it can be read."""

    name = "N|max"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | None:
        """The factor, or a usage error."""
        if value == "max":
            return None
        try:
            speed = float(str(value))
        except ValueError:
            speed = 0.0
        if not 0 < speed <= FASTEST:
            self.fail(f"{value!r} is neither a positive number nor max.", param, ctx)
        return speed


SPEED = Speed()
