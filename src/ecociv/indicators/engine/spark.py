"""The derivation SQL on Spark, for tables that one machine cannot read. PySpark is an extra (``pip install ecociv[spark]``)."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ecociv.evidence.store import EvidenceStore
from ecociv.indicators.engine.asking import INSTANTS, SqlEngine
from ecociv.indicators.engine.base import EngineMissing, Window

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class SparkEngine(SqlEngine):
    """The same answers from a Spark session: an existing one, or a local one made on first use."""

    name = "spark"

    def __init__(self, store: EvidenceStore) -> None:
        super().__init__(store)
        self._spark = session()

    def _answer(
        self,
        statement: str,
        numbers: list[int],
        files: list[str],
        windows: Sequence[Window],
        shape: pa.Schema,
    ) -> pa.Table:
        stored = self._spark.read.parquet(*files)
        micros = [f"unix_micros({name}) AS {name}" for name in INSTANTS]
        others = [name for name in stored.columns if name not in INSTANTS and name != "month"]
        stored.selectExpr(*others, *micros).createOrReplaceTempView("evidence")
        self._spark.createDataFrame(
            [(number,) for number in numbers], "series_id BIGINT"
        ).createOrReplaceTempView("wanted")
        rows = self._spark.sql(statement).collect()
        columns = {
            name: pa.array([row[name] for row in rows], type=shape.field(name).type) for name in shape.names
        }
        return pa.table(columns, schema=shape)


def session() -> SparkSession:
    """The running session, or a local one that uses this machine's processors and says nothing.

    Raises
    ------
    EngineMissing
        Where PySpark or Java is not installed.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineMissing(
            "The engine spark needs PySpark, which is not installed: pip install 'ecociv[spark]', or use --engine duckdb."
        ) from error
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise EngineMissing(
            "The engine spark needs Java 17 or later, and none was found: install a JRE, or use --engine duckdb."
        )
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder: Any = SparkSession.builder
    made: SparkSession = (
        builder.appName("ecociv")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", str(os.cpu_count() or 2))
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    made.sparkContext.setLogLevel("ERROR")
    return made
