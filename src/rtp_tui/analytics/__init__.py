"""What the data means: indicators, levels, signals, market view, treasury, portfolios and risk."""
