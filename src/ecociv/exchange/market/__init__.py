"""Rules of a market, pure: bands, ticks, lots, amounts, fees, the close, hours and trading days."""
