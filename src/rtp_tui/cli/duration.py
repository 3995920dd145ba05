"""Durations on the command line, written as in the configuration."""

import click

from rtp_tui.config.units import duration_ms


class Duration(click.ParamType[int]):
    """`500ms`, `30s`, `5m`: milliseconds."""

    name = "DURATION"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Milliseconds, or a usage error."""
        if isinstance(value, int):
            return value
        try:
            return duration_ms(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


DURATION = Duration()
