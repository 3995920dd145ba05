"""The risk of a portfolio of a hundred positions over a year of days: `python -m benchmarks.risk`."""

from random import Random
from time import perf_counter, process_time

from benchmarks.figures import Goal, machine, rank, report
from rtp_tui.analytics.risk_question import Closes, RiskQuestion
from rtp_tui.analytics.risk_report import report_risk
from rtp_tui.analytics.valuation import Priced, Rates, value_portfolio
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import Portfolio, Position

POSITIONS, DAYS, RUNS = 100, 366, 100
DAY_MS = 86_400_000
INDEX = InstrumentId("index:ALL")


def history(seed: int) -> Closes:
    """A year of closes that wander."""
    dice, price, closes = Random(seed), 100.0, []
    for _ in range(DAYS):
        price *= 1 + dice.gauss(0.0003, 0.02)
        closes.append(price)
    return Closes(tuple(day * DAY_MS for day in range(DAYS)), tuple(closes))


def question() -> RiskQuestion:
    """A hundred positions of different sizes, and a benchmark."""
    names = [InstrumentId(f"stocks:S{number}") for number in range(POSITIONS)]
    closes = {name: history(seed) for seed, name in enumerate((*names, INDEX))}
    portfolio = Portfolio("desk", tuple(Position(name, 1.0 + n) for n, name in enumerate(names)))
    value = value_portfolio(portfolio, lambda one: Priced("USD", closes[one].closes[-1]), Rates({}), 0)
    return RiskQuestion(value, "1d", closes, 252, benchmark=INDEX, risk_free=0.03)


def main() -> None:
    """Print what a report takes."""
    asked = question()
    took_ms, processor_ms = list[float](), list[float]()
    assert report_risk(asked).periods == DAYS - 1
    for _ in range(RUNS):
        began, cpu = perf_counter(), process_time()
        report_risk(asked)
        took_ms.append((perf_counter() - began) * 1000)
        processor_ms.append((process_time() - cpu) * 1000)
    print(machine())
    goal = Goal(50, "ms")
    report(f"risk of {POSITIONS} positions over {DAYS} days", took_ms, "ms", goal)
    report("… p99", [rank(took_ms, 0.99)], "ms", goal)
    report("… of the processor", processor_ms, "ms", goal)


if __name__ == "__main__":
    main()
