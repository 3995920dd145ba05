"""What a source is given to ask with."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.model.feeds import Quota
from rtp_tui.sources.asking import Http
from rtp_tui.sources.contract import Keys


class Equipment(Struct, frozen=True):
    """The clock is only read; `http_at` gives a client for a base URL."""

    clock: Clock
    http_at: Callable[[str], Http]
    archive_http_at: Callable[[str], Http]
    """The same for a provider whose answers may be tens of megabytes."""
    keys_of: Callable[[str, Sequence[str], str], Keys]
    """The keys of a provider: its name, the references of its settings, and its `on_quota`."""
    paced: Callable[[Http, float], Http]
    """Makes a client ask no more than so many times a second; sources themselves do not wait."""
    note_quota: Callable[[str, Quota], None]
    """To be told what a provider says of its quota: the provider's name, and its word."""
