"""Settings of reports."""

from msgspec import Struct


class ReportSettings(Struct, frozen=True, kw_only=True):
    """Whose days they are of, and who is sent them."""

    timezone: str = "UTC"
    """Of the desk: its midnights begin days, its Mondays weeks."""
    email: bool = False
    """Whether the scheduled ones are mailed too, by the channel "email"."""
