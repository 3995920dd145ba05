"""Counts of instruments and sources by the hour: kept for a day, and taken up again after a restart. Pure."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from rtp_tui.model.tallies import Tally
from rtp_tui.monitoring.quality import HOUR_MS, QualityCounts

HOURS_KEPT = 24
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(QualityCounts)


class QualityLedger:
    """By subject and hour; subjects are as many as instruments and sources."""

    def __init__(self) -> None:
        self._hours: dict[str, dict[int, QualityCounts]] = {}
        self._restored: dict[str, set[int]] = {}
        self._changed: set[tuple[str, int]] = set()

    def restore(self, tallies: Iterable[Tally]) -> None:
        """Continue the hours of an earlier run."""
        for tally in tallies:
            self._hours.setdefault(tally.subject, {})[tally.start_ms] = _decoder.decode(tally.counts)
            self._restored.setdefault(tally.subject, set()).add(tally.start_ms)

    def at(self, subject: str, now_ms: int) -> QualityCounts:
        """The counts of the hour of a moment, to be added to."""
        start_ms = now_ms // HOUR_MS * HOUR_MS
        self._changed.add((subject, start_ms))
        return self._hours.setdefault(subject, {}).setdefault(start_ms, QualityCounts())

    def restored_since(self, subject: str, start_ms: int) -> int | None:
        """When the first hour from then on began that an earlier run counted a subject in."""
        return min((hour for hour in self._restored.get(subject, ()) if hour >= start_ms), default=None)

    def hours(self, subject: str, since_ms: int) -> Mapping[int, QualityCounts]:
        """The hours of a subject that end after a moment."""
        known = self._hours.get(subject, {})
        return {start_ms: counts for start_ms, counts in known.items() if start_ms + HOUR_MS > since_ms}

    def subjects(self) -> tuple[str, ...]:
        """All of which anything is known."""
        return tuple(self._hours)

    def forget(self, now_ms: int) -> None:
        """Give up what is older than a day."""
        oldest_ms = now_ms - HOURS_KEPT * HOUR_MS
        for subject in tuple(self._hours):
            kept = {
                start: counts for start, counts in self._hours[subject].items() if start + HOUR_MS > oldest_ms
            }
            self._hours[subject] = kept
            if not kept:
                del self._hours[subject]

    def take_changed(self) -> Iterator[Tally]:
        """The hours that changed since the last call, to be kept."""
        changed = tuple(self.changed())
        self._changed = set()
        yield from changed

    def changed(self) -> Iterator[Tally]:
        """The same, without taking them."""
        for subject, start_ms in sorted(self._changed):
            counts = self._hours.get(subject, {}).get(start_ms)
            if counts is not None:
                yield Tally(HOUR_MS, start_ms, subject, _encoder.encode(counts).decode())
