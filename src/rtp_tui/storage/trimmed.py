"""What was deleted because it was too old or too much."""

from collections import Counter

from msgspec import Struct


class Trimmed(Struct, frozen=True):
    """Rows by table, and whether there is more to go."""

    rows: dict[str, int] = {}
    more: bool = False

    def followed_by(self, later: "Trimmed") -> "Trimmed":
        """Both together; what is left to do is what the later one says."""
        return Trimmed(dict(Counter(self.rows) + Counter(later.rows)), later.more)

    @property
    def words(self) -> str:
        """For whoever asks what was done."""
        told = [f"{count} of {table}" for table, count in sorted(self.rows.items()) if count]
        return f"deleted {', '.join(told)}" if told else "nothing was too old or too much"
