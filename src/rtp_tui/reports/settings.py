"""Settings of reports."""

from msgspec import Struct


class ReportSettings(Struct, frozen=True, kw_only=True):
    """Whose days they are of, and by what they are sent."""

    timezone: str = "UTC"
    """Of the desk: its midnights begin days, its Mondays weeks."""
    channel: str = ""
    """The channel by which the scheduled ones are sent too, such as `email`; empty: none."""
