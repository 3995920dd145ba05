"""What a frame sends: of each line what changed, and nothing left of it."""

from rich.console import Console
from textual._compositor import ChopsUpdate
from textual.geometry import Offset
from textual.strip import Strip


class ChangedSpans(ChopsUpdate):
    """Textual's own sends what stands between the edge of a widget and a change too: most of a row, for one number."""

    def render_segments(self, console: Console) -> str:
        return "".join(f"\x1b[{at.y + 1};{at.x + 1}H{strip.render(console)}" for at, strip in self._changed())

    def _changed(self) -> list[tuple[Offset, Strip]]:
        """What is to be written, and where."""
        return [
            (Offset(left, y), strip.crop(left - x, right - x))
            for y, first, last in self.spans
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=True)
            if strip is not None and (left := max(x, first)) < (right := min(end, last))
        ]
