"""Portfolios, positions and risk at length: every number with its formula and what went into it."""

from rich.text import Text

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import PortfolioValue, PositionValue, RiskReport
from rtp_tui.text import signed
from rtp_tui.tui.panes.money import money_text, percent_text
from rtp_tui.tui.panes.portfolios import level_cell
from rtp_tui.tui.panes.positions import position_of, worth_of
from rtp_tui.tui.panes.risk import beside, gross_of, report_of
from rtp_tui.tui.panes.risk_numbers import LEVELS, NUMBERS, PART_BOUNDS, RETURNS, SCORE, TREND
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.facts import Fact, facts_text, moment_text

_NOT_VALUED = "not valued yet: a moment after it was changed it is"


def portfolio_text(scene: Scene, name: str) -> Text:
    """What a portfolio is worth, how that was worked out, and what is not known."""
    portfolio = scene.portfolios[name]
    value = scene.state.portfolio.values.get(name)
    facts = [
        ("positions", str(len(portfolio.positions))),
        ("currency", portfolio.base_currency),
        ("benchmark", portfolio.benchmark or "none: no beta is measured"),
        ("meaning", portfolio.description or "–"),
        *([("value", _NOT_VALUED)] if value is None else _value_facts(scene, value)),
        ("risk", level_cell(scene.state.portfolio.risks.get(name)).text),
        ("", f"Levels: {LEVELS}."),
    ]
    return facts_text(facts)


def position_text(scene: Scene, key: str) -> Text:
    """A position with what its numbers are made of."""
    return facts_text([*holding_facts(scene, key), *worth_facts(scene, key)])


def holding_facts(scene: Scene, key: str) -> list[Fact]:
    """What is held of what, and at which price."""
    portfolio = scene.portfolios[scene.portfolio or ""]
    position, value = position_of(portfolio, key), worth_of(scene, key)
    if position is None or value is None:
        return [("state", _NOT_VALUED)]
    instrument = scene.state.market.instruments.get(position.instrument)
    currency = "its currency" if instrument is None else instrument.currency
    cost = "not known" if position.cost_price is None else f"{position.cost_price:,.10g} {currency}"
    return [
        ("instrument", position.instrument + ("" if instrument is None else f", {instrument.name}")),
        ("held", f"{position.quantity:,.12g}" + (", sold short" if position.quantity < 0 else "")),
        ("cost", cost),
        ("price", _price_words(value, currency)),
        ("rate", _rate_words(value, currency, portfolio.base_currency)),
    ]


def worth_facts(scene: Scene, key: str) -> list[Fact]:
    """Its share, what it gained, and what it has to do with the risk."""
    portfolio = scene.portfolios[scene.portfolio or ""]
    position, value = position_of(portfolio, key), worth_of(scene, key)
    if position is None or value is None:
        return []
    return [
        *_position_facts(scene, value, position.cost_price, portfolio.base_currency),
        *_risk_facts(scene, position.instrument),
    ]


def risk_text(scene: Scene, key: str) -> Text:
    """A number of the risk: its formula, its inputs, and the periods that it rests on."""
    report = report_of(scene)
    if report is None:
        return facts_text([("state", "not measured")])
    kind, _, rest = key.partition(" ")
    facts = [
        *_subject_facts(scene, report, kind, rest),
        ("score", level_cell(report).text),
        ("", SCORE),
        ("", f"Levels: {LEVELS}."),
        ("trend", f"{'not known' if report.trend is None else report.trend.value}: {TREND}"),
        *_period_facts(scene, report),
        *(("not known", words) for words in report.unknown),
    ]
    return facts_text(facts)


def _value_facts(scene: Scene, value: PortfolioValue) -> list[tuple[str, str]]:
    currency = value.base_currency
    symbols = {"best": value.best, "worst": value.worst}
    return [
        ("value", f"{money_text(value.value)} {currency}: sum of quantity x price x rate"),
        ("gross", f"{money_text(value.gross)} {currency}: the same with every size counted positive"),
        ("day", f"{money_text(value.day_change, with_sign=True)} {currency}, {signed(value.day_change_pct)}%"),
        ("", "Since the close before, over 24 h where the market never closes; % of what the day began with."),
        ("unrealised", f"{money_text(value.unrealised, with_sign=True)} {currency}, {signed(value.unrealised_pct)}%"),
        ("", "Value less quantity x cost x rate, where the cost is known; % of what was paid."),
        *((word, name or "not known") for word, name in symbols.items()),
        ("valued", moment_text(scene, value.at_ms)),
        *(("not known", words) for words in value.unknown),
    ]  # fmt: skip


def _price_words(value: PositionValue, currency: str) -> str:
    if value.price is None:
        return "not known"
    return f"{value.price:,.10g} {currency}" + (", stale" if value.is_stale else "")


def _rate_words(value: PositionValue, currency: str, base: str) -> str:
    if value.rate is None:
        return f"not known: {currency} to {base}"
    return f"{value.rate:,.8g} {base} for one {currency}"


def _position_facts(
    scene: Scene, value: PositionValue, cost: float | None, base: str
) -> list[tuple[str, str]]:
    gross = gross_of(scene)
    return [
        ("value", f"{money_text(value.value)} {base} = quantity x price x rate"),
        ("weight", f"{percent_text(value.weight)} = value / gross of {money_text(gross)} {base}"),
        ("day", f"{money_text(value.day_change, with_sign=True)} {base}, {signed(value.day_change_pct)}%"),
        (
            "unrealised",
            "not known: it has no cost"
            if cost is None
            else f"{money_text(value.unrealised, with_sign=True)} {base}, {signed(value.unrealised_pct)}%"
            " = quantity x (price - cost) x rate",
        ),
    ]


def _risk_facts(scene: Scene, instrument: InstrumentId) -> list[Fact]:
    """What the report says of this one."""
    report = report_of(scene)
    if report is None:
        return []
    pairs = [
        f"{pair.value:+.2f} with {pair.other if pair.one == instrument else pair.one}"
        for pair in report.pairs
        if instrument in (pair.one, pair.other)
    ]
    return [
        *(
            [("risk", "the largest share of the portfolio's variance")]
            if report.riskiest == instrument
            else []
        ),
        (
            "moves",
            ", ".join(pairs) or "with none of the others closely enough to be among the ten closest pairs",
        ),
        *(("not known", words) for words in report.unknown if words.startswith(f"{instrument} ")),
    ]


def _subject_facts(scene: Scene, report: RiskReport, kind: str, rest: str) -> list[tuple[str, str]]:
    if kind in NUMBERS:
        number = NUMBERS[kind]
        words = " ".join(filter(None, (number.text(report), beside(scene, report, kind))))
        return [(number.title, words), ("formula", number.formula), *_inputs(scene, report, kind)]
    if kind == "part":
        return _part_facts(report, rest)
    if kind == "pair":
        return [
            ("pair", _pair_words(report, int(rest))),
            ("formula", "Correlation of the returns of both, -1 to 1; the ten closest pairs are told."),
        ]
    if kind == "riskiest":
        return [
            ("riskiest", report.riskiest or "not known"),
            ("formula", "The largest weight x covariance with the portfolio: its share of the variance."),
        ]
    return []


def _inputs(scene: Scene, report: RiskReport, kind: str) -> list[tuple[str, str]]:
    gross = gross_of(scene)
    if NUMBERS[kind].is_loss:
        return [("of", f"{money_text(gross)} {scene.portfolios[report.name].base_currency}, the gross value")]
    inputs = {
        "sharpe": ("risk-free", f"{report.risk_free:.2%} a year"),
        "beta": ("benchmark", report.benchmark or "none is set: portfolio NAME benchmark crypto:BTC"),
        "volatility": ("a year", f"{report.periods_a_year:,.0f} periods"),
    }
    return [inputs[kind]] if kind in inputs else []


def _part_facts(report: RiskReport, name: str) -> list[tuple[str, str]]:
    part = next((one for one in report.parts if one.name == name), None)
    if part is None:
        return []
    points = (
        "not known: the others weigh more" if part.points is None else f"{part.points:.1f} of {part.most:g}"
    )
    return [
        ("points", points),
        (part.name, part.words),
        ("formula", f"Points: {PART_BOUNDS.get(name, '–')}."),
    ]


def _pair_words(report: RiskReport, index: int) -> str:
    if index >= len(report.pairs):
        return "gone"
    pair = report.pairs[index]
    return f"{pair.one} and {pair.other}: {pair.value:+.3f}"


def _period_facts(scene: Scene, report: RiskReport) -> list[tuple[str, str]]:
    if report.from_ms is None or report.to_ms is None:
        return [("rests on", "no period that all positions know")]
    days = (report.to_ms - report.from_ms) / 86_400_000
    return [
        ("rests on", f"{report.periods} returns of {report.timeframe}, over {days:.0f} days"),
        ("newest", moment_text(scene, report.to_ms)),
        ("", RETURNS),
    ]
