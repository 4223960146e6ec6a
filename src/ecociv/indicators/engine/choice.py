"""Choosing an engine by name."""

from __future__ import annotations

from ecociv.evidence.store import EvidenceStore
from ecociv.indicators.engine.base import Engine
from ecociv.indicators.engine.duck import DuckDBEngine

ENGINES = ("duckdb", "spark")


def engine_named(name: str, store: EvidenceStore) -> Engine:
    """The engine of this name over a store.

    Raises
    ------
    EngineMissing
        Where it cannot run here.
    ValueError
        For a name that is not one of `ENGINES`.
    """
    if name == "duckdb":
        return DuckDBEngine(store)
    if name == "spark":
        from ecociv.indicators.engine.spark import SparkEngine  # PySpark is an extra

        return SparkEngine(store)
    raise ValueError(f"There is no engine {name!r}; engines: {', '.join(ENGINES)}.")


__all__ = ["ENGINES", "engine_named"]
