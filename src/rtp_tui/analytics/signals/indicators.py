"""The indicators that rules may name: those of the catalogue, within what a window of bars can tell."""

from rtp_tui.analytics.expressions.checker import MOST_BARS
from rtp_tui.analytics.indicators.catalogue import catalogue, resolved
from rtp_tui.analytics.indicators.naming import IndicatorName


class CatalogueIndicators:
    """Knows what may be named; light, since the configuration asks."""

    def names(self) -> tuple[str, ...]:
        """All functions, in lower case."""
        return tuple(catalogue())

    def check(self, name: IndicatorName) -> None:
        """Raises ValueError where there is no such indicator, or where it wants more bars than are known."""
        found = resolved(name)
        for value, parameter in zip(found.values, found.function.parameters, strict=True):
            if parameter.name.endswith("period") and not 1 <= value <= MOST_BARS:
                raise ValueError(
                    f"{parameter.name} of {found.function.name} is between 1 and {MOST_BARS}, not {value:g}"
                )
