"""Every function there is, with its inputs, parameters and results; known without loading the library that has them."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

from msgspec import Struct

from rtp_tui.analytics.indicators.naming import Argument, IndicatorName, parsed
from rtp_tui.text import nearest

COLUMNS = ("open", "high", "low", "close", "volume")
CYCLE = "cycle"
"""The length of the dominant cycle in bars, which a moving average of variable period goes by."""
LARGEST_ARGUMENT = 100_000
"""Also the longest period that the library takes."""
WARM_UP_PERIODS = 15
"""What a bar so many periods ago still weighs in an exponential average is less than a millionth."""
LEAST_WARM_UP, MOST_WARM_UP = 150, 3_000


class UnknownIndicator(ValueError):
    """A name that no function, parameter, column or result has; the message offers the nearest."""


class Parameter(Struct, frozen=True):
    """A number that a function can be told."""

    name: str
    default: float
    is_whole: bool


class Input(Struct, frozen=True):
    """A series that a function reads, and the column of bars that it is unless another is named."""

    name: str
    column: str


class Function(Struct, frozen=True, kw_only=True):
    """One function: what it reads, what it can be told, what it gives."""

    name: str
    group: str
    title: str
    inputs: tuple[Input, ...]
    parameters: tuple[Parameter, ...]
    outputs: tuple[str, ...]
    is_cumulative: bool
    """It sums up from the first bar on, so that its values depend on where one begins."""


class Indicator(Struct, frozen=True, kw_only=True):
    """A function with all that it is told, and perhaps one of its results."""

    function: Function
    values: tuple[float, ...]
    columns: tuple[str, ...]
    output: str = ""

    @property
    def name(self) -> str:
        """How it is written in full: `macd(12,26,9)`; the same for all ways to write it."""
        return f"{self._called}.{self.output}" if self.output else self._called

    @property
    def series(self) -> tuple[str, ...]:
        """The names of its results, the first being the one that is meant where none is picked."""
        outputs = self.function.outputs
        if self.output or len(outputs) == 1:
            return (self.name,)
        return tuple(f"{self._called}.{output}" for output in outputs)

    @property
    def warm_up(self) -> int:
        """How many bars before the first one asked for settle its value; none for what sums up from the first."""
        if self.function.is_cumulative:
            return 0
        periods = [value for value, known in self._told if known.is_whole]
        wanted = WARM_UP_PERIODS * int(max(periods, default=0.0))
        return min(MOST_WARM_UP, max(LEAST_WARM_UP, wanted))

    @property
    def _told(self) -> Iterator[tuple[float, Parameter]]:
        return zip(self.values, self.function.parameters, strict=True)

    @property
    def _called(self) -> str:
        own = zip(self.columns, self.function.inputs, strict=True)
        columns = [f"{known.name}={column}" for column, known in own if column != known.column]
        told = ",".join((*(f"{value:.10g}" for value in self.values), *columns))
        return f"{self.function.name}({told})" if told else self.function.name


VWAP_BANDS = Function(
    name="vwap_bands",
    group="Volume Indicators",
    title="Volume Weighted Average Price of the last bars, with bands",
    inputs=tuple(Input(name, name) for name in ("high", "low", "close", "volume")),
    parameters=(Parameter("timeperiod", 60, True), Parameter("nbdev", 2.0, False)),
    outputs=("middle", "upper", "lower"),
    is_cumulative=False,
)


@cache
def catalogue() -> Mapping[str, Function]:
    """All functions by name."""
    text = files("rtp_tui.analytics.indicators").joinpath("functions.csv").read_text("utf-8")
    functions = [*map(_function, csv.DictReader(text.splitlines())), VWAP_BANDS]
    return {function.name: function for function in functions}


def indicator(text: str) -> Indicator:
    """The indicator that a text names. Raises Misspelled and UnknownIndicator."""
    return resolved(parsed(text))


def indicators(texts: Iterable[str]) -> tuple[Indicator, ...]:
    """Several, each once, in order. Raises Misspelled and UnknownIndicator."""
    return tuple({found.name: found for found in map(indicator, texts)}.values())


def resolved(name: IndicatorName) -> Indicator:
    """The indicator that a name means, with defaults for what it leaves out. Raises UnknownIndicator."""
    function = catalogue().get(name.function)
    if function is None:
        raise UnknownIndicator(_not_among("indicator", name.function, catalogue()))
    if name.output and name.output not in function.outputs:
        raise UnknownIndicator(_not_among(f"result of {function.name}", name.output, function.outputs))
    values = [parameter.default for parameter in function.parameters]
    columns = [one.column for one in function.inputs]
    for place, argument in enumerate(name.arguments):
        _tell(function, place, argument, values, columns)
    return Indicator(function=function, values=tuple(values), columns=tuple(columns), output=name.output)


def _tell(
    function: Function, place: int, argument: Argument, values: list[float], columns: list[str]
) -> None:
    """Put one argument in its place among the parameters or the inputs."""
    inputs = [one.name for one in function.inputs]
    parameters = [one.name for one in function.parameters]
    if argument.parameter in inputs:
        columns[inputs.index(argument.parameter)] = _column(argument)
        return
    if not argument.parameter and place >= len(parameters):
        raise UnknownIndicator(f"{function.name} takes {_at_most(len(parameters))}")
    if argument.parameter and argument.parameter not in parameters:
        known = (*parameters, *inputs)
        raise UnknownIndicator(_not_among(f"parameter of {function.name}", argument.parameter, known))
    index = parameters.index(argument.parameter) if argument.parameter else place
    values[index] = _number(function, function.parameters[index], argument.value)


def _column(argument: Argument) -> str:
    if argument.value not in COLUMNS:
        raise UnknownIndicator(_not_among("column", str(argument.value), COLUMNS))
    return str(argument.value)


def _number(function: Function, parameter: Parameter, value: float | str) -> float:
    where = f"{parameter.name} of {function.name}"
    if isinstance(value, str):
        raise UnknownIndicator(f"{where} is a number, not {value!r}")
    if parameter.is_whole and value != int(value):
        raise UnknownIndicator(f"{where} is a whole number, not {value:g}")
    if not abs(value) <= LARGEST_ARGUMENT:
        raise UnknownIndicator(f"{where} is at most {LARGEST_ARGUMENT}")
    return value


def _at_most(arguments: int) -> str:
    return f"{arguments} argument{'' if arguments == 1 else 's'} at most" if arguments else "no argument"


def _not_among(what: str, given: str, known: Iterable[str]) -> str:
    names = list(known)
    if meant := nearest(given, names, 0.5):
        return f"no {what} {given!r}: did you mean {meant!r}?"
    listed = f" ({', '.join(names)})" if 0 < len(names) <= 12 else ""
    return f"no {what} {given!r}{listed}"


def _function(row: Mapping[str, str]) -> Function:
    return Function(
        name=row["name"],
        group=row["group"],
        title=row["title"],
        inputs=tuple(map(_input, row["inputs"].split())),
        parameters=tuple(map(_parameter, row["parameters"].split())),
        outputs=tuple(row["outputs"].split()),
        is_cumulative=bool(row["cumulative"]),
    )


def _input(text: str) -> Input:
    name, _, column = text.partition("=")
    return Input(name, column or name)


def _parameter(text: str) -> Parameter:
    name, _, default = text.partition("=")
    return Parameter(name, float(default), "." not in default)
