"""Keys of the chart, which mean this only while it has the focus."""

from rtp_tui.tui.actions.action import Action

_CHART = frozenset({"chart"})

CHART_ACTIONS: tuple[Action, ...] = (
    *(
        Action(
            id="chart",
            argument=f"'{deed}'",
            keys=keys,
            label=label,
            group="Chart",
            hint=hint,
            panes=_CHART,
            is_local=True,
        )
        for deed, keys, label, hint in (
            ("shorter", ("comma",), "Shorter bars: 1m 5m 15m 1h 1d", "shorter"),
            ("longer", ("full_stop",), "Longer bars", "longer"),
            ("zoom_in", ("plus", "equals_sign"), "Nearer; the wheel does it too", "near"),
            ("zoom_out", ("minus",), "Further away", "far"),
            ("move_left", ("left",), "Crosshair to the bar before, or where you click", "crosshair"),
            ("move_right", ("right",), "Crosshair to the bar after", ""),
            ("pan_left", ("pageup", "shift+left"), "Back in time; dragging does it too", "older"),
            ("pan_right", ("pagedown", "shift+right"), "Forward in time", ""),
            (
                "study_averages",
                ("i",),
                "Averages, Bollinger bands and VWAP in the chart, and back",
                "averages",
            ),
            ("study_panels", ("I",), "RSI and MACD under the chart, and back", "panels"),
            ("study_levels", ("h",), "Levels and zones in the chart, and back", "levels"),
            ("first", ("home",), "The oldest bars that are loaded", ""),
            ("newest", ("end",), "The newest bars", "now"),
            ("kind", ("l",), "Candles or a line", "line"),
            ("volume", ("v",), "With or without volume", ""),
            ("glyphs", ("g",), "Fine, block or ASCII characters", ""),
            ("instrument_before", ("up",), "The instrument before it in the prices", ""),
            ("instrument_after", ("down",), "The instrument after it", ""),
        )
    ),
)
"""In the order of the help."""
