"""Shares as lines: the one look of everything that is more or less full."""


def bar(share: float | None, width: int) -> str:
    """A share from 0 to 1 as a thick line on a thin one, half a cell exact; what is not full never looks full."""
    share = max(0.0, min(1.0, share or 0.0))
    halves = round(share * width * 2)
    full, rest = divmod(halves if share >= 1 else min(halves, width * 2 - 1), 2)
    return ("━" * full + "╸" * rest).ljust(width, "─")
