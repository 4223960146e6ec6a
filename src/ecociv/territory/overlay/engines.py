"""Who does the work: this process, several processes of this machine, or Spark. Results come in the order of the tasks."""

from __future__ import annotations

import os
import shutil
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from typing import Any, TypeVar

Result = TypeVar("Result")
Task = TypeVar("Task")

ENGINES = ("local", "spark")
AHEAD = 3
"""Tasks in flight for each worker: enough to keep it busy, few enough to bound memory."""


class EngineMissing(RuntimeError):
    """The engine asked for cannot run here; the message says what to install."""


class OverlayCancelled(RuntimeError):
    """The caller asked to stop; nothing was written."""


class WorkerLost(RuntimeError):
    """A process was ended from outside, most often for want of memory."""


@dataclass(frozen=True)
class Watch:
    """How a caller follows the work and stops it.

    Attributes
    ----------
    progress : function of (done, total)
    cancelled : function without arguments
        Asked between tasks; True stops the work.
    """

    progress: Callable[[int, int], None] | None = None
    cancelled: Callable[[], bool] | None = None

    def check(self) -> None:
        """Stop if that is asked for.

        Raises
        ------
        OverlayCancelled
        """
        if self.cancelled is not None and self.cancelled():
            raise OverlayCancelled("The overlay was stopped before its end; nothing was written.")


class Engine:
    """Runs a function over tasks, in this process."""

    def run(
        self,
        function: Callable[[Any, Task], Result],
        context: Any,
        tasks: Iterable[Task],
        total: int = 0,
        watch: Watch | None = None,
    ) -> Iterator[Result]:
        """``function(context, task)`` for each task, in order."""
        watch = watch or Watch()
        watch.check()
        for done, result in enumerate(self._results(function, context, tasks), 1):
            if watch.progress is not None:
                watch.progress(done, max(total, done))
            yield result
            watch.check()

    def _results(
        self, function: Callable[[Any, Task], Result], context: Any, tasks: Iterable[Task]
    ) -> Iterator[Result]:
        for task in tasks:
            yield function(context, task)


class Processes(Engine):
    """Several processes of this machine, begun anew (no state is inherited)."""

    def __init__(self, pool: ProcessPoolExecutor, workers: int) -> None:
        self._pool, self._workers = pool, workers

    def _results(
        self, function: Callable[[Any, Task], Result], context: Any, tasks: Iterable[Task]
    ) -> Iterator[Result]:
        waiting: deque[Future[Result]] = deque()
        source = iter(tasks)
        try:
            for task in islice(source, AHEAD * self._workers):
                waiting.append(self._pool.submit(_packed, function, context, task))
            while waiting:
                result = waiting.popleft().result()
                for task in islice(source, 1):
                    waiting.append(self._pool.submit(_packed, function, context, task))
                yield result
        except BrokenProcessPool as error:
            raise WorkerLost(
                "A worker process ended before its work did, most often because memory ran out. "
                "Use fewer workers, or smaller tiles."
            ) from error
        finally:
            for future in waiting:
                future.cancel()


class Spark(Engine):
    """A Spark session: a running one, or a local one. Its workers must see the folder in which the layers are stored."""

    def __init__(self) -> None:
        self._context = _spark_context()

    def _results(
        self, function: Callable[[Any, Task], Result], context: Any, tasks: Iterable[Task]
    ) -> Iterator[Result]:
        source = iter(tasks)
        at_a_time = max(2, int(self._context.defaultParallelism)) * AHEAD
        while chunk := list(islice(source, at_a_time)):
            made = self._context.parallelize(chunk, len(chunk)).map(_Bound(function, context))
            yield from made.collect()


@dataclass(frozen=True)
class _Bound:
    """A function and its context as something that can be sent."""

    function: Callable[[Any, Any], Any]
    context: Any

    def __call__(self, task: Any) -> Any:
        return _packed(self.function, self.context, task)


def _packed(function: Callable[[Any, Any], Any], context: Any, task: Any) -> Any:
    result = function(context, task)
    return result.packed() if hasattr(result, "packed") else result


@contextmanager
def engine(workers: int = 1) -> Iterator[Engine]:
    """An engine of this machine for as long as the block lasts."""
    if workers <= 1:
        yield Engine()
        return
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        yield Processes(pool, workers)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _spark_context() -> Any:
    """The context of the running session, or of a local one that uses this machine's processors and says nothing."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineMissing(
            "The engine spark needs PySpark, which is not installed: pip install 'ecociv[spark]', or use --engine local."
        ) from error
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise EngineMissing(
            "The engine spark needs Java 17 or later, and none was found: install a JRE, or use --engine local."
        )
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder: Any = SparkSession.builder
    session = (
        builder.appName("ecociv")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session.sparkContext
