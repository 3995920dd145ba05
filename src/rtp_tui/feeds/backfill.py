"""What a provider's history can tell of the time before we listened; slowly, and without disturbing anyone."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from rtp_tui.clock import Clock
from rtp_tui.feeds.intake import Accept
from rtp_tui.feeds.past_minutes import past_minutes
from rtp_tui.model.market import Bar
from rtp_tui.resilience.backoff import Backoff
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    HistorySource,
    RateLimited,
    SourceError,
    Subscription,
)

CONCURRENCY = 4
PACE_S = 0.05
"""Between one answer and the worker's next question: below any provider's limit that we know of."""
ATTEMPTS = 20
"""After so many failures in a row, some ten minutes, we let it be until it is wanted again."""
_MINUTE_MS = 60_000
LONGEST_MS = 24 * 60 * _MINUTE_MS


class Backfill:
    """Fetches prices now and one-minute bars since a moment, for whatever is wanted, one batch at a time."""

    def __init__(
        self,
        history: HistorySource,
        clock: Clock,
        backoff: Backoff,
        accept: Accept,
        keep: Callable[[Sequence[Bar]], None],
    ) -> None:
        self.error: str | None = None
        """Why the newest answer is missing or not complete."""
        self._history = history
        self._clock = clock
        self._backoff = backoff
        self._accept = accept
        self._keep = keep
        self._wanted: dict[Subscription, int] = {}
        self._is_wanted = asyncio.Event()

    def want(self, subscriptions: Iterable[Subscription], since_ms: int) -> None:
        """Ask for what happened since a moment, a day ago at most; the earliest moment asked for counts."""
        since_ms = max(since_ms, self._clock.now_ms() - LONGEST_MS) // _MINUTE_MS * _MINUTE_MS
        for subscription in subscriptions:
            self._wanted[subscription] = min(since_ms, self._wanted.get(subscription, since_ms))
        self._is_wanted.set()

    async def run(self) -> None:
        """Fetch what is wanted until cancelled."""
        while True:
            await self._is_wanted.wait()
            self._is_wanted.clear()
            wanted, self._wanted = self._wanted, {}
            await self._fetch(wanted)

    async def refresh(self, subscriptions: Sequence[Subscription]) -> int:
        """Fetch prices now; how many instruments were heard of, and `error` says why if none was."""
        try:
            count = await self._take_latest(subscriptions)
        except SourceError as error:
            self.error = str(error)
            return 0
        self.error = None
        return count

    async def _take_latest(self, subscriptions: Sequence[Subscription]) -> int:
        ticks = list(await self._history.latest(subscriptions))
        for tick in ticks:
            self._accept(tick)
        return len({tick.instrument for tick in ticks})

    async def _fetch(self, since_ms: dict[Subscription, int]) -> None:
        """Get through a batch, trying again where that may help."""
        batch = _Batch(since_ms)
        self._backoff.reset()
        for _ in range(ATTEMPTS):
            failure = await self._try(batch)
            self.error = str(failure) if failure is not None else batch.skipped
            if isinstance(failure, AccessDenied) or (failure is None and batch.skipped is None):
                return
            await self._clock.sleep(self._delay_s(failure))

    async def _try(self, batch: "_Batch") -> SourceError | None:
        """Fetch what is still missing; what stopped us, or None."""
        batch.failure = batch.skipped = None
        await self._fetch_prices(batch)
        todo = deque(batch.since_ms)
        async with asyncio.TaskGroup() as group:
            for _ in range(CONCURRENCY):
                group.create_task(self._fetch_bars(batch, todo))
        return batch.failure

    async def _fetch_prices(self, batch: "_Batch") -> None:
        if batch.has_prices:
            return
        try:
            await self._take_latest(tuple(batch.since_ms))
        except BadPayload as error:
            batch.skipped = str(error)
        except SourceError as error:
            batch.failure = error
        else:
            batch.has_prices = True

    async def _fetch_bars(self, batch: "_Batch", todo: deque[Subscription]) -> None:
        while todo and batch.failure is None:
            wanted = todo.popleft()
            since_ms, now_ms = batch.since_ms[wanted], self._clock.now_ms()
            try:
                self._keep(await past_minutes(self._history, wanted, since_ms, now_ms))
                del batch.since_ms[wanted]
            except BadPayload as error:
                batch.skipped = f"{wanted.symbol}: {error}"
            except SourceError as error:
                batch.failure = error
                return
            await self._clock.sleep(PACE_S)

    def _delay_s(self, failure: SourceError | None) -> float:
        asked_s = failure.retry_after_s if isinstance(failure, RateLimited) else None
        return max(asked_s or 0.0, self._backoff.next_s())


class _Batch:
    """What is still missing of what was wanted, and why."""

    def __init__(self, since_ms: dict[Subscription, int]) -> None:
        self.since_ms = since_ms
        self.has_prices = False
        self.skipped: str | None = None
        """An answer that could not be used, which may be a page of somebody else's; the others were."""
        self.failure: SourceError | None = None
        """What stopped the newest try."""
