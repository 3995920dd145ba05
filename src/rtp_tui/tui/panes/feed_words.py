"""What the feeds pane and the sheet of one feed say of quotas, keys and closed markets."""

from datetime import datetime

from rtp_tui.model.feeds import FeedStatus, KeyState, KeyStatus, Quota
from rtp_tui.text import safe
from rtp_tui.tui.durations import countdown_text
from rtp_tui.tui.scene import Scene

_SCARCE = 0.1
"""The share of a quota that is left when it is worth a warning."""


def quota_text(scene: Scene, quota: Quota) -> str:
    """`412 of 1,200 used, 788 left, anew in 41s`, as far as it is known."""
    words = []
    if quota.used is not None:
        words.append(f"{quota.used:,}{'' if quota.limit is None else f' of {quota.limit:,}'} used")
    if quota.left is not None:
        words.append(f"{quota.left:,}{f' of {quota.limit:,}' if quota.limit and not words else ''} left")
    if quota.reset_ms is not None and quota.reset_ms > scene.now_ms:
        words.append(f"anew in {countdown_text(quota.reset_ms - scene.now_ms)}")
    return ", ".join(words) or "not told"


def is_scarce(quota: Quota) -> bool:
    """So little is left that questions may soon have to wait."""
    left = quota.left
    if left is None and quota.used is not None and quota.limit is not None:
        left = quota.limit - quota.used
    return left is not None and left <= (quota.limit or 0) * _SCARCE


def key_text(scene: Scene, key: KeyStatus) -> str:
    """`env:KEY_1 rejected, tried again 14:25 +00`; the reference, never the secret."""
    again = "" if key.until_ms is None else f", tried again {moment_of(scene, key.until_ms)}"
    return f"{safe(key.reference)} {key.state}{again}"


def refused_keys(feed: FeedStatus) -> tuple[KeyStatus, ...]:
    """Those that cannot be shown to the provider."""
    return tuple(key for key in feed.keys if key.state is not KeyState.USABLE)


def resting_text(scene: Scene, feed: FeedStatus) -> str:
    """`XNYS closed, starts 14:25 +02`."""
    words = []
    for one in feed.resting:
        starts = "" if one.starts_ms is None else f", starts {moment_of(scene, one.starts_ms)}"
        words.append(f"{one.market} closed{starts}")
    return "; ".join(words)


def moment_of(scene: Scene, at_ms: int) -> str:
    """`14:25 +02`, with its day where that is another one."""
    there = datetime.fromtimestamp(at_ms / 1000, tz=scene.zone)
    now = datetime.fromtimestamp(scene.now_ms / 1000, tz=scene.zone)
    day = "" if there.date() == now.date() else f"{there:%a} "
    return f"{day}{there:%H:%M} {f'{there:%z}'.removesuffix('00')}"
