"""What is worked out each minute although nobody asked, and of how much."""

RING_BARS = 600
"""So many of the newest minutes of an instrument are held."""

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
