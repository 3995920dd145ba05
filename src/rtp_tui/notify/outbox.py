"""What waits to be sent through one channel, in order: told the time and what became of each attempt.

Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

from collections.abc import Callable, Iterable
from itertools import islice

from msgspec.structs import replace

from rtp_tui.model.notifications import Delivery, DeliveryState, Message
from rtp_tui.notify.settings import NotificationSettings

MOST_WAITING = 1_000
MOST_DEAD = 500
MOST_TOGETHER = 50
"""Messages in one delivery."""
MOST_KNOWN = 5_000
"""Keys by which a message that comes again is known."""
RETRY_BASE_S = 1.0
RETRY_CAP_S = 300.0
LONGEST_PAUSE_S = 3_600.0
"""However long the other side asks us to wait."""


class Outbox:
    """Deliveries of one channel; what a method changed it hands over, to be stored."""

    def __init__(self, channel: str, settings: NotificationSettings, jitter: Callable[[], float]) -> None:
        self.given_up = 0
        """Waiting ones that gave way to newer ones, and dead ones that are not kept any more."""
        self.held_until_s = 0.0
        """Nothing is tried before, on the monotonic clock."""
        self._channel = channel
        self._settings = settings
        self._jitter = jitter
        self._waiting: dict[str, Delivery] = {}
        self._dead: dict[str, Delivery] = {}
        self._known: dict[str, None] = {}
        self._window_ms: int | None = None
        """When the newest window for joining ends or ended."""
        self._begun = ""
        """The delivery that was handed out last: nothing joins it any more, and it gives way to none."""

    @property
    def waiting(self) -> int:
        """How many deliveries are to be sent."""
        return len(self._waiting)

    @property
    def dead(self) -> tuple[Delivery, ...]:
        """The letters that could not be sent, oldest first."""
        return tuple(self._dead.values())

    def restore(self, deliveries: Iterable[Delivery]) -> None:
        """Go on where an earlier run ended."""
        for one in deliveries:
            for message in one.messages:
                self._note_known(message.key)
            if one.state is DeliveryState.WAITING:
                self._waiting[one.key] = one
            elif one.state is DeliveryState.DEAD:
                self._dead[one.key] = one
        self._trim_dead()

    def add(self, message: Message, now_ms: int, *, may_join: bool = False) -> tuple[Delivery, ...]:
        """Take a message, at once or together with others that came just before; one that is known is not taken."""
        if message.key in self._known:
            return ()
        self._note_known(message.key)
        delivery = self._joined(message, now_ms) if may_join else self._alone(message, now_ms, now_ms)
        self._waiting[delivery.key] = delivery
        return (delivery, *self._give_way(now_ms))

    def due(self, now_ms: int, now_s: float) -> Delivery | None:
        """What is to be sent now, the oldest first."""
        if now_s < self.held_until_s:
            return None
        due = next((one for one in self._waiting.values() if self._is_due(one, now_ms)), None)
        self._begun = "" if due is None else due.key
        return due

    def wait_s(self, now_ms: int, now_s: float) -> float | None:
        """In how many seconds something may be due; None: not before something comes."""
        if not self._waiting:
            return None
        due_s = min(one.due_ms - now_ms for one in self._waiting.values()) / 1000
        return max(0.0, self.held_until_s - now_s, min(due_s, self._settings.group_within_ms / 1000))

    def hold(self, seconds: float, now_s: float) -> None:
        """Try nothing for a while."""
        self.held_until_s = max(self.held_until_s, now_s + min(seconds, LONGEST_PAUSE_S))

    def release(self) -> None:
        """Try at once."""
        self.held_until_s = 0.0

    def sent(self, delivery: Delivery, now_ms: int) -> Delivery:
        """It was carried."""
        self._waiting.pop(delivery.key, None)
        self.release()
        return replace(
            delivery,
            state=DeliveryState.SENT,
            attempts=delivery.attempts + 1,
            changed_ms=now_ms,
            error="",
        )

    def failed(self, delivery: Delivery, error: str, now_ms: int, *, is_retryable: bool) -> Delivery:
        """An attempt failed: it is tried again after a while, or put aside."""
        tried = replace(delivery, attempts=delivery.attempts + 1, changed_ms=now_ms, error=error)
        is_over = now_ms - tried.created_ms >= self._settings.max_age_ms
        if not is_retryable or is_over or tried.attempts >= self._settings.max_attempts:
            return self._put_aside(tried)
        self._waiting[tried.key] = tried
        return tried

    def pause_s(self, attempts: int) -> float:
        """How long to wait after so many attempts."""
        return self._jitter() * min(RETRY_CAP_S, RETRY_BASE_S * 2.0 ** min(attempts - 1, 30))

    def expire(self, now_ms: int) -> tuple[Delivery, ...]:
        """Put aside what has waited for too long."""
        old = [one for one in self._waiting.values() if now_ms - one.created_ms >= self._settings.max_age_ms]
        return tuple(
            self._put_aside(replace(one, changed_ms=now_ms, error=one.error or "waited for too long"))
            for one in old
        )

    def retry_dead(self, now_ms: int) -> tuple[Delivery, ...]:
        """Put back all that was put aside, as if it were new."""
        again = tuple(
            replace(
                one,
                state=DeliveryState.WAITING,
                attempts=0,
                created_ms=now_ms,
                due_ms=now_ms,
                changed_ms=now_ms,
            )
            for one in self._dead.values()
        )
        self._dead.clear()
        self._waiting.update({one.key: one for one in again})
        self.release()
        return (*again, *self._give_way(now_ms))

    def _joined(self, message: Message, now_ms: int) -> Delivery:
        within_ms = self._settings.group_within_ms
        window_ms = self._window_ms
        if window_ms is None or not now_ms - within_ms < window_ms <= now_ms + within_ms:
            self._window_ms = now_ms
            return self._alone(message, now_ms, now_ms)
        last = next(reversed(self._waiting.values()), None)
        if last is not None and self._takes_more(last, now_ms):
            return replace(last, messages=(*last.messages, message), changed_ms=now_ms)
        if window_ms <= now_ms:
            self._window_ms = window_ms = window_ms + within_ms
        return self._alone(message, now_ms, window_ms)

    def _alone(self, message: Message, now_ms: int, due_ms: int) -> Delivery:
        return Delivery(
            key=message.key,
            channel=self._channel,
            messages=(message,),
            created_ms=now_ms,
            due_ms=due_ms,
            changed_ms=now_ms,
        )

    def _is_due(self, delivery: Delivery, now_ms: int) -> bool:
        """A clock that stepped back keeps nothing waiting."""
        return not now_ms < delivery.due_ms <= now_ms + self._settings.group_within_ms

    def _takes_more(self, delivery: Delivery, now_ms: int) -> bool:
        is_open = delivery.due_ms > now_ms and delivery.attempts == 0 and delivery.key != self._begun
        return is_open and len(delivery.messages) < MOST_TOGETHER

    def _put_aside(self, delivery: Delivery) -> Delivery:
        self._waiting.pop(delivery.key, None)
        dead = self._dead[delivery.key] = replace(delivery, state=DeliveryState.DEAD)
        self._trim_dead()
        return dead

    def _give_way(self, now_ms: int) -> tuple[Delivery, ...]:
        # One that was handed out may be on its way: put aside it would be sent again by hand.
        others = (one for one in self._waiting.values() if one.key != self._begun)
        surplus = tuple(islice(others, max(0, len(self._waiting) - MOST_WAITING)))
        self.given_up += len(surplus)
        return tuple(
            self._put_aside(replace(one, changed_ms=now_ms, error="gave way to newer ones"))
            for one in surplus
        )

    def _trim_dead(self) -> None:
        while len(self._dead) > MOST_DEAD:
            del self._dead[next(iter(self._dead))]
            self.given_up += 1

    def _note_known(self, key: str) -> None:
        self._known[key] = None
        while len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]
