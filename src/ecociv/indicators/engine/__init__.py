"""The derivation SQL, run by DuckDB in this process or by Spark on many machines: the same figures from both."""

from ecociv.indicators.engine.base import Engine, EngineMissing, Window
from ecociv.indicators.engine.choice import ENGINES, engine_named

__all__ = ["ENGINES", "Engine", "EngineMissing", "Window", "engine_named"]
