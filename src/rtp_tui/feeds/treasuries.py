"""A source of treasuries being run: asked rarely, since holdings change by filing, and what it told is kept."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import msgspec
from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.feeds.fallback import Guard
from rtp_tui.feeds.poll import FAILURES, Failure, Report
from rtp_tui.model.documents import Document, DocumentKind
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.jobs import Progress
from rtp_tui.model.treasury import ToldHolding, ToldTreasuries, Treasuries, TreasuryHolder
from rtp_tui.resilience.outcome import CircuitOpen
from rtp_tui.sources.contract import AccessDenied, RateLimited, TreasurySource
from rtp_tui.text import words_of

GOOD_FOR_MS = 3_600_000
"""What is younger is not asked for again: free quotas are small."""
ASSET_CLASS, CURRENCY = "crypto", "USD"
NO_SOURCE = "no provider that knows treasuries is enabled (sources)"
_HOPELESS = (AccessDenied, RateLimited, CircuitOpen)
_told = msgspec.json.Decoder(ToldTreasuries)


class GuardedTreasuries(Struct, frozen=True):
    """A source of treasuries, and what protects it from us."""

    source: TreasurySource
    guard: Guard


class TreasuryFeed:
    """One provider of treasuries, or none; `keep` is handed the newest word on each coin."""

    def __init__(
        self, asked: GuardedTreasuries | None, keep: Callable[[Document], None], clock: Clock
    ) -> None:
        self.told: dict[str, ToldTreasuries] = {}
        """The newest word on each coin, by the symbol that instruments have."""
        self.failures: dict[str, str] = {}
        """Why the newest question about a coin was not answered."""
        self._asked = asked
        self._keep = keep
        self._clock = clock

    def restore(self, documents: Iterable[Document]) -> list[str]:
        """Take over what an earlier run was told; the names of what this version cannot read."""
        unread = []
        for document in documents:
            try:
                self.told[document.name] = _told.decode(document.payload or "")
            except msgspec.DecodeError:
                unread.append(document.name)
        return unread

    def obstacle(self, instruments: Iterable[Instrument]) -> str:
        """Why nobody is asked, and what to do about that; empty where somebody is."""
        if self._asked is None:
            return NO_SOURCE
        known = self._asked.source.treasury_coins
        if coins_of(instruments, known):
            return ""
        return f"no instrument of class {ASSET_CLASS} in US dollars is one whose holders are known: {', '.join(known)}"

    async def collect(self, instruments: Iterable[Instrument], report: Report, *, anew: bool) -> Progress:
        """Ask for coins of which nothing is told that is still good, or `anew` for all: of how many that is so now.

        One that fails leaves the others be. Raises SourceError, NotPermitted or AttemptTimedOut, the first one.
        """
        if self._asked is None:
            return Progress(0, 0)
        coins, done = coins_of(instruments, self._asked.source.treasury_coins), 0
        failure: Failure | None = None
        for coin, name in coins.items():
            try:
                await self._ask(self._asked, coin, name, anew=anew)
                done += 1
            except FAILURES as error:
                self._note(coin, error)
                failure = failure or error
                if isinstance(error, _HOPELESS):
                    break
            report(Progress(done, len(coins)))
        if failure is not None:
            raise failure
        return Progress(done, len(coins))

    def _note(self, coin: str, error: Failure) -> None:
        """A circuit that is open says less than what opened it."""
        if not (isinstance(error, CircuitOpen) and coin in self.failures):
            self.failures[coin] = words_of(error)

    async def _ask(self, asked: GuardedTreasuries, coin: str, name: str, *, anew: bool) -> None:
        before, now_ms = self.told.get(coin), self._clock.now_ms()
        if before is not None and not anew and 0 <= now_ms - before.told_ms < GOOD_FOR_MS:
            return
        answer = await asked.guard.call(partial(asked.source.treasuries, name))
        told = after_being_told(before, coin, asked.source.name, answer, self._clock.now_ms())
        self.told[coin] = told
        self.failures.pop(coin, None)
        payload = msgspec.json.encode(told).decode()
        self._keep(Document(DocumentKind.HOLDINGS, coin, told.told_ms, payload))


def coins_of(instruments: Iterable[Instrument], known: Mapping[str, str]) -> dict[str, str]:
    """The provider's names of coins that are priced in US dollars, by their symbols."""
    priced = {one.symbol.upper() for one in instruments if is_coin(one)}
    return {symbol: name for symbol, name in known.items() if symbol in priced}


def is_coin(instrument: Instrument) -> bool:
    """Whether it may be a coin whose price values treasuries."""
    return instrument.asset_class == ASSET_CLASS and instrument.currency == CURRENCY


def after_being_told(
    before: ToldTreasuries | None, coin: str, source: str, told: Treasuries, now_ms: int
) -> ToldTreasuries:
    """The newest word, with since when each amount is told and what it was before."""
    known = {} if before is None else {_who(one.holder): one for one in before.holdings}
    return ToldTreasuries(
        coin=coin,
        source=source,
        told_ms=now_ms,
        total_holdings=told.total_holdings,
        supply_pct=told.dominance_pct,
        holdings=tuple(_held(holder, known.get(_who(holder)), now_ms) for holder in told.holders),
    )


def _who(holder: TreasuryHolder) -> str:
    return f"{holder.exchange}:{holder.ticker}" if holder.ticker else holder.name


def _held(holder: TreasuryHolder, known: ToldHolding | None, now_ms: int) -> ToldHolding:
    if known is None:
        return ToldHolding(holder=holder, since_ms=now_ms)
    if known.holder.holdings == holder.holdings:
        return ToldHolding(holder=holder, since_ms=known.since_ms, before=known.before)
    return ToldHolding(holder=holder, since_ms=now_ms, before=known.holder.holdings)
