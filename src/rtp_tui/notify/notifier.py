"""All channels: alerts go to those that want them, messages to the one that is named."""

from collections.abc import Callable, Iterable, Sequence

from rtp_tui.clock import Clock
from rtp_tui.model.alerts import Alert, Notification, NotificationKind
from rtp_tui.model.notifications import ChannelStatus, Delivery, Message, Mute
from rtp_tui.notify.composing import message_of
from rtp_tui.notify.post import Post

MOST_UNTOLD = 5_000


class Notifier:
    """Hands messages to posts; never waits for any of them."""

    def __init__(
        self, posts: Sequence[Post], clock: Clock, keep_mute: Callable[[Mute], None], engine: str = ""
    ) -> None:
        """`keep_mute` announces and stores; `engine` is the name that alerts are told under."""
        self.posts = {post.channel.name: post for post in posts}
        self._clock = clock
        self._keep_mute = keep_mute
        self._engine = engine
        self._mute: Mute | None = None
        self._untold: dict[str, None] = {}
        """Alerts that fired while all was muted."""

    @property
    def mute(self) -> Mute | None:
        """The mute in force."""
        return self._mute if self._mute is not None and self._mute.until_ms > self._clock.now_ms() else None

    def restore(self, deliveries: Iterable[Delivery], mute: Mute | None) -> None:
        """Go on where an earlier run ended; what was for a channel that is gone stays where it is."""
        by_channel: dict[str, list[Delivery]] = {}
        for one in deliveries:
            by_channel.setdefault(one.channel, []).append(one)
        for name, post in self.posts.items():
            post.restore(by_channel.get(name, ()))
        if mute is not None and mute.until_ms > self._clock.now_ms():
            self.keep_mute(mute)

    def deliver(self, notification: Notification) -> None:
        """Have alerts told through every channel that wants them; never waits, and raises nothing.

        What fired while all was muted is not told of when it ends either.
        """
        is_resolved = notification.kind is NotificationKind.RESOLVED
        if is_resolved and all(alert.id in self._untold for alert in _alerts_of(notification)):
            return
        message = message_of(notification, self._engine)
        wanting = [post for post in self.posts.values() if post.takes(message, is_resolved=is_resolved)]
        if self.mute is not None:
            self._note_untold(notification)
        for post in wanting:
            if self.mute is None:
                post.put(message, may_join=True)
            else:
                post.note_muted()

    def send(self, channel: str, message: Message) -> None:
        """Have a message carried by one channel, whatever is muted; never waits. Raises LookupError for an unknown one."""
        self.posts[channel].put(message)

    def keep_mute(self, mute: Mute) -> None:
        """Tell nobody of alerts until a moment; one in the past ends that."""
        self._mute = mute
        self._keep_mute(mute)

    def statuses(self) -> tuple[ChannelStatus, ...]:
        """How all channels stand, in the order of the configuration."""
        return tuple(post.status() for post in self.posts.values())

    def _note_untold(self, notification: Notification) -> None:
        self._untold.update(dict.fromkeys(alert.id for alert in _alerts_of(notification)))
        while len(self._untold) > MOST_UNTOLD:
            del self._untold[next(iter(self._untold))]


def _alerts_of(notification: Notification) -> tuple[Alert, ...]:
    return (notification.alert, *notification.others)
