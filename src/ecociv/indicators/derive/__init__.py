"""One module for each kind of derivation: evidence in, a figure with its arithmetic out."""

from ecociv.indicators.derive.figures import Derived, Figure

__all__ = ["Derived", "Figure"]
