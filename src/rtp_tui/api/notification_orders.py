"""Channels through the door: how they stand, a test, what could not be sent, and quiet for a while."""

from collections.abc import Callable

from rtp_tui.clock import Clock
from rtp_tui.model.alerts import Severity
from rtp_tui.model.commands import Done, MuteNotifications, RetryDeadLetters, TestChannel
from rtp_tui.model.errors import BadRequest, UnknownChannel
from rtp_tui.model.notifications import ChannelStatus, ChannelTest, Message, Mute
from rtp_tui.model.queries import ChannelList, DeadLetters, GetChannels, GetDeadLetters
from rtp_tui.notify.channel import ChannelFailed
from rtp_tui.notify.notifier import Notifier
from rtp_tui.notify.post import Post
from rtp_tui.text import nearest, safe

LONGEST_MUTE_MS = 31 * 86_400_000
_LONGEST_WHY = 500
_LETTERS = 500


class NotificationOrders:
    """Answers questions and carries out commands about notifications; `others` stand beside the channels."""

    def __init__(
        self, notifier: Notifier, clock: Clock, others: Callable[[], tuple[ChannelStatus, ...]]
    ) -> None:
        self._notifier = notifier
        self._clock = clock
        self._others = others

    async def channels(self, _query: GetChannels) -> ChannelList:
        """See `GetChannels`."""
        statuses = (*self._notifier.statuses(), *self._others())
        return ChannelList(channels=statuses, mute=self._notifier.mute)

    async def dead_letters(self, query: GetDeadLetters) -> DeadLetters:
        """See `GetDeadLetters`. Raises UnknownChannel."""
        return DeadLetters(letters=self._post(query.channel).outbox.dead[-_LETTERS:])

    async def test(self, command: TestChannel) -> ChannelTest:
        """See `TestChannel`: what went wrong is the answer, not a refusal. Raises UnknownChannel."""
        post = self._post(command.channel)
        began_s = self._clock.monotonic()
        error = ""
        try:
            await post.try_out(self._test_message(command.channel))
        except ChannelFailed as failure:
            error = str(failure)
        took_ms = round((self._clock.monotonic() - began_s) * 1000)
        return ChannelTest(channel=command.channel, ok=not error, error=error, took_ms=took_ms)

    async def retry(self, command: RetryDeadLetters) -> Done:
        """See `RetryDeadLetters`. Raises UnknownChannel."""
        count = self._post(command.channel).retry_dead()
        letters = "1 letter is" if count == 1 else f"{count} letters are"
        return Done(message=f"{command.channel}: {letters} sent again", affected=(command.channel,))

    async def mute(self, command: MuteNotifications) -> Mute:
        """See `MuteNotifications`. Raises BadRequest."""
        now_ms = self._clock.now_ms()
        if command.until_ms > now_ms + LONGEST_MUTE_MS:
            raise BadRequest("until_ms: at most 31 days from now")
        if len(command.why) > _LONGEST_WHY:
            raise BadRequest(f"why: at most {_LONGEST_WHY} characters")
        mute = Mute(
            until_ms=max(0, command.until_ms),
            at_ms=now_ms,
            who=safe(command.who, 64) or "console",
            why=safe(command.why, _LONGEST_WHY),
        )
        self._notifier.keep_mute(mute)
        return mute

    def _post(self, name: str) -> Post:
        post = self._notifier.posts.get(name)
        if post is None:
            raise UnknownChannel(_unknown_words(name, tuple(self._notifier.posts)))
        return post

    def _test_message(self, channel: str) -> Message:
        now_ms = self._clock.now_ms()
        return Message(
            key=f"test-{channel}-{now_ms}",
            subject="[info] a test of rtp-tui's notifications",
            text="If you can read this, the channel works. No alert fired.",
            severity=Severity.INFO,
            at_ms=now_ms,
        )


def _unknown_words(name: str, known: tuple[str, ...]) -> str:
    if not known:
        return "no channel is configured: see [channels] in config.example.toml"
    meant = nearest(name, known)
    hint = f' (did you mean "{meant}"?)' if meant else ""
    return f"no channel {safe(name, 64)}{hint}; there are {', '.join(known)}"
