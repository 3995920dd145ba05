"""What is worked out each minute although nobody asked, and of how much."""

LEAST_BARS = 600
"""What is worked out of an instrument is worked out over so many of its newest minutes at least."""
BEGIN_EVERY_MINUTES = 120
"""Their series begin at an even hour (UTC), and move on to a later one in time."""
MOST_BARS = LEAST_BARS + 2 * BEGIN_EVERY_MINUTES
"""So many of the newest minutes always hold the whole series."""

PRESETS = (
    "rsi(14)",
    "macd(12,26,9)",
    "bbands(20,2,2)",
    "ema(9)",
    "ema(21)",
    "ema(50)",
    "ema(200)",
    "atr(14)",
    "adx(14)",
    "stoch(14,3,0,3,0)",
    "obv",
    "vwap_bands(60,2)",
)
"""Of 1-minute bars. The stochastic is the slow one: %K of 14 bars smoothed over 3, %D its mean of 3."""
