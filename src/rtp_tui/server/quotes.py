"""Quotes as JSON for REST: encoded once however often they are asked for, each answer with the age of its moment."""

from collections.abc import Sequence

from msgspec import Struct

from rtp_tui.api.wire import encode
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.server.bodies import quote_body
from rtp_tui.server.etags import weak
from rtp_tui.server.journal import Journal


class _Encoded(Struct, frozen=True, gc=False):
    """A quote of one number of its channel, up to where its age belongs."""

    seq: int
    received_ms: int | None
    start: bytes


class Quotes:
    """What the journal knows of prices; one encoded quote is kept for each instrument."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._epoch = ""
        self._encoded: dict[InstrumentId, _Encoded] = {}

    def tag(self, instruments: Sequence[Instrument]) -> str:
        """Changes whenever one of these quotes does; their ages are left out."""
        newest = max((self._journal.channel_seq(one.id) for one in instruments), default=0)
        return weak(f"{self._journal.epoch}-{newest}-{len(instruments)}")

    def json(self, instrument: Instrument, now_ms: int) -> bytes:
        """An `AgedQuoteBody` as JSON."""
        known = self._known(instrument)
        if known.received_ms is None:
            return b"%snull}" % known.start
        return b"%s%d}" % (known.start, max(0, now_ms - known.received_ms))

    def page_json(self, instruments: Sequence[Instrument], next_cursor: str | None, now_ms: int) -> bytes:
        """A `QuotesPage` as JSON."""
        quotes = b",".join(self.json(one, now_ms) for one in instruments)
        return b'{"quotes":[%s],"next_cursor":%s}' % (quotes, encode(next_cursor))

    def _known(self, instrument: Instrument) -> _Encoded:
        if self._epoch != self._journal.epoch:
            self._epoch = self._journal.epoch
            self._encoded.clear()
        seq = self._journal.channel_seq(instrument.id)
        known = self._encoded.get(instrument.id)
        if known is None or known.seq != seq:
            body = quote_body(self._journal.state, instrument)
            known = _Encoded(seq, body.received_ms, encode(body)[:-1] + b',"age_ms":')
            self._encoded[instrument.id] = known
        return known
