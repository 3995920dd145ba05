"""What panes want to know that no event tells: asked again while they are on screen."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.model.alerts import ListedRule, RuleOrigin
from rtp_tui.model.gaps import Gap
from rtp_tui.model.market_view import MarketView
from rtp_tui.model.quality import QualityScore, TargetReport
from rtp_tui.model.queries import (
    AlertRuleList,
    GapPage,
    GetAlertRules,
    GetGaps,
    GetMarketView,
    GetQuality,
    GetTreasury,
    QualityPage,
    Query,
)
from rtp_tui.model.treasury import CompanyTreasury, TreasuryReport

DAY_MS = 86_400_000
MOST_GAPS = 500
OFTEN_S = 10.0
SELDOM_S = 30.0


class Answers(Struct, frozen=True, kw_only=True):
    """The newest answer to each question; None while nobody has answered it yet."""

    scores: Mapping[str, QualityScore] | None = None
    """By what they are of, the worst first."""
    targets: tuple[TargetReport, ...] = ()
    gaps: Mapping[str, Gap] | None = None
    """Of the last 24 hours, by `gap_key`."""
    gap_counts: Mapping[str, int] = {}
    """How many of them an instrument or a provider has."""
    rules: Mapping[str, ListedRule] | None = None
    """By their ids, those that were made here first."""
    treasury: TreasuryReport | None = None
    companies: Mapping[str, CompanyTreasury] | None = None
    """Of the same report by their keys, the most valuable first."""
    markets: Mapping[str, MarketView] = {}
    """All together first, then by class."""
    refusals: Mapping[str, str] = {}
    """Why a question was not answered the last time, by its name."""


EVERYTHING = "all"
"""The name of all classes together."""
NOTHING_ASKED = Answers()
_ORIGINS = (RuleOrigin.SAVED, RuleOrigin.CONFIGURATION, RuleOrigin.BUILT_IN)


class Inquiries:
    """Which questions are due; told the time, and what is on screen."""

    def __init__(self) -> None:
        self._asked_at: dict[str, float] = {}

    def due(
        self, visible: frozenset[str], now: float, now_ms: int, classes: Sequence[str] = ()
    ) -> dict[str, Query[object]]:
        """The questions to ask now, by name; each counts as asked."""
        due: dict[str, Query[object]] = {}
        if "quality" in visible:
            due["scores"] = GetQuality()
        elif "health" in visible:
            due["targets"] = GetQuality(limit=0)
        if visible & {"gaps", "quality"}:
            due["gaps"] = GetGaps(since_ms=now_ms - DAY_MS, limit=MOST_GAPS)
        if visible & {"rules", "alerts"}:
            due["rules"] = GetAlertRules()
        if "treasury" in visible:
            due["treasury"] = GetTreasury()
        if visible & {"market", "movers"}:
            due["market"] = GetMarketView()
            due.update((f"market {one}", GetMarketView(asset_class=one)) for one in classes)
        due = {name: query for name, query in due.items() if self._is_due(name, now)}
        self._asked_at.update(dict.fromkeys(due, now))
        return due

    def forget(self) -> None:
        """Something was changed: ask all again."""
        self._asked_at.clear()

    def _is_due(self, name: str, now: float) -> bool:
        every_s = SELDOM_S if name == "targets" else OFTEN_S
        return now - self._asked_at.get(name, float("-inf")) >= every_s


def with_answer(answers: Answers, name: str, answer: object) -> Answers:
    """What is known after a question of this name was answered."""
    answers = replace(answers, refusals={key: why for key, why in answers.refusals.items() if key != name})
    match answer:
        case QualityPage() if name == "targets":
            return replace(answers, targets=answer.targets)
        case QualityPage():
            return replace(
                answers, scores={one.subject: one for one in answer.scores}, targets=answer.targets
            )
        case GapPage():
            gaps = {gap_key(gap): gap for gap in answer.gaps}
            return replace(answers, gaps=gaps, gap_counts=_counted(answer.gaps))
        case AlertRuleList():
            rules = sorted(answer.rules, key=lambda one: _ORIGINS.index(one.origin))
            return replace(answers, rules={one.rule.id: one for one in rules})
        case TreasuryReport():
            companies = {row.key: row for row in answer.companies}
            return replace(answers, treasury=answer, companies=companies)
        case MarketView():
            named = {**answers.markets, answer.asset_class or EVERYTHING: answer}
            order = sorted(named, key=lambda one: (one != EVERYTHING, one))
            return replace(answers, markets={one: named[one] for one in order})
        case _:
            return answers


def with_refusal(answers: Answers, name: str, why: str) -> Answers:
    """What is known after a question of this name was refused: what was known before, and why."""
    return replace(answers, refusals={**answers.refusals, name: why})


def gap_key(gap: Gap) -> str:
    """What a gap is known by, whatever becomes of it."""
    return f"{gap.instrument} {gap.from_ms}"


def _counted(gaps: Iterable[Gap]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for gap in gaps:
        counts[gap.instrument] += 1
        counts[gap.feed.partition(":")[0]] += 1
    return counts
