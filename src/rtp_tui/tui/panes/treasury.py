"""Treasury: companies that hold coins, by the value of what they hold."""

from collections.abc import Sequence

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.treasury import CoinTreasury, CompanyTreasury
from rtp_tui.text import age_text, compact, signed
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

UNKNOWN = "–"


class Treasury(Pane):
    """One row a company and coin."""

    name = "treasury"
    title = "Treasury"
    columns = (
        Column(name="company", title="COMPANY", width=16, grows_to=30),
        Column(name="ticker", title="TICKER", width=6),
        Column(name="coin", title="COIN", width=4),
        Column(name="holdings", title="HOLDS", width=7, right=True, is_number=True),
        Column(name="value", title="VALUE", width=7, right=True, is_number=True),
        Column(name="mnav", title="MNAV", width=7, right=True, is_number=True),
        Column(name="cap", title="CAP", width=7, rank=1, right=True, is_number=True),
        Column(name="per_share", title="COINS/SHARE", width=11, rank=2, right=True, is_number=True),
        Column(name="gain", title="GAIN", width=8, rank=3, right=True, is_number=True),
        Column(name="supply", title="SUPPLY", width=7, rank=5, right=True, is_number=True),
        Column(name="change", title="SINCE FILED", width=11, rank=4, right=True, is_number=True),
        Column(name="filed", title="FILED", width=10, rank=6, right=True),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        return tuple(scene.answers.companies or ())

    def row(self, scene: Scene, key: str) -> Row:
        held = company_of(scene, key)
        if held is None:
            return Row(key, (Cell("gone", Tone.DIM), *(Cell("") for _ in self.columns[1:])))
        plain = Tone.TEXT if scene.is_trusted else Tone.DIM
        return Row(
            key,
            (
                Cell(held.name, Tone.BRIGHT if scene.is_trusted else Tone.DIM),
                Cell(held.ticker, plain),
                Cell(held.coin, Tone.DIM),
                Cell(compact(held.holdings), plain),
                Cell(compact(held.value_usd), plain),
                Cell(multiple_text(held.mnav), plain),
                Cell(compact(held.market_cap_usd), Tone.DIM),
                Cell(UNKNOWN if held.coins_per_share is None else f"{held.coins_per_share:.6f}", Tone.DIM),
                _signed_cell(held.unrealised_pct, "%", scene, 1),
                Cell(UNKNOWN if held.supply_pct is None else f"{held.supply_pct:.2f}%", Tone.DIM),
                _signed_cell(None if held.filed is None else held.filed.change, "", scene, 0),
                Cell(UNKNOWN if held.filed is None else held.filed.filed.isoformat(), Tone.DIM),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        held = company_of(scene, key)
        if held is None:
            return None
        values: dict[str, Value] = {
            "holdings": held.holdings,
            "value": held.value_usd,
            "mnav": held.mnav,
            "cap": held.market_cap_usd,
            "per_share": held.coins_per_share,
            "gain": held.unrealised_pct,
            "supply": held.supply_pct,
            "change": None if held.filed is None else held.filed.change,
        }
        return values[column] if column in values else super().value(scene, key, column)

    def instrument(self, scene: Scene, key: str) -> InstrumentId | None:
        held = company_of(scene, key)
        return None if held is None else held.instrument

    def subtitle(self, scene: Scene) -> str:
        report = scene.answers.treasury
        if report is None:
            return ""
        words = "   ".join(coin_text(coin, scene.now_ms) for coin in report.coins)
        return words if scene.is_trusted or not words else f"last known: {words}"

    def empty(self, scene: Scene) -> str:
        if refusal := scene.answers.refusals.get("treasury"):
            return f"the engine does not tell: {refusal}"
        report = scene.answers.treasury
        if report is None:
            return "not known yet: the engine is being asked"
        if report.obstacle:
            return f"nobody is asked: {report.obstacle}"
        if report.failures:
            failed = ", ".join(f"{one.name}: {one.why}" for one in report.failures)
            return f"nothing is told, the question was not answered; {failed}; {_who_asks(scene)}"
        return f"nothing is told yet: {_who_asks(scene)}"


def _who_asks(scene: Scene) -> str:
    jobs, now = scene.key("show_pane.jobs"), scene.key("trigger_job")
    return f"the job treasury-metrics asks; press {jobs}, go to it, and {now} asks now"


def company_of(scene: Scene, key: str) -> CompanyTreasury | None:
    """The newest word on a company and a coin."""
    return (scene.answers.companies or {}).get(key)


def multiple_text(multiple: float | None) -> str:
    """`0.77x`, `52.44x`, `1.71kx`; a dash where it is not known."""
    if multiple is None:
        return UNKNOWN
    return f"{compact(multiple) if multiple >= 999.995 else f'{multiple:.2f}'}x"


def coin_text(coin: CoinTreasury, now_ms: int) -> str:
    """`BTC 855k $58.0B 4.28% told 12m ago`."""
    share = "" if coin.supply_pct is None else f" {coin.supply_pct:.2f}% of supply"
    told = "filed only" if coin.told_ms is None else f"told {age_text(now_ms - coin.told_ms)} ago"
    failed = ", not answered since" if coin.failure else ""
    return f"{coin.coin} {compact(coin.holdings)} ${compact(coin.value_usd)}{share}, {told}{failed}"


def _signed_cell(value: float | None, unit: str, scene: Scene, decimals: int) -> Cell:
    if value is None:
        return Cell(UNKNOWN, Tone.DIM)
    tone = Tone.UP if value > 0 else Tone.DOWN if value < 0 else Tone.DIM
    return Cell(f"{signed(value, decimals)}{unit}", tone if scene.is_trusted else Tone.DIM)
