"""Four strategies that the documented configuration holds, and that a demo runs."""

from rtp_tui.model.signals import Direction, Strategy

USUAL_STRATEGIES = (
    Strategy(
        name="oversold",
        description="The RSI comes back above 30 while the longer trend is up",
        timeframe="5m",
        when="crosses_above(rsi(14), 30) and close > ema(200)",
    ),
    Strategy(
        name="trend-turns-up",
        description="The fast average crosses the slow one, with more volume than usual",
        when="crosses_above(ema(9), ema(21)) and volume > 1.5 * avg(volume, 20)",
    ),
    Strategy(
        name="breakdown",
        description="A close below the lowest low of 50 bars before it, in a market that trends",
        timeframe="15m",
        when="close < lowest(low, 50)[1] and adx(14) > 20",
        direction=Direction.SHORT,
    ),
    Strategy(
        name="overstretched",
        description="A fast rise to above the upper band: expected to come back",
        when="change(15m) > 2 % and close > bbands(20,2,2).upper",
        direction=Direction.SHORT,
        cool_down_ms=3_600_000,
    ),
)
