"""What runs by itself."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from ecociv.evidence import jobs


def test_the_queue_is_a_file_where_no_redis_is_named(tmp_path: Path) -> None:
    queue = jobs.make_queue(tmp_path)
    assert queue.name == "ecociv"
    assert (tmp_path / "jobs" / "queue.sqlite3").exists()


def test_every_job_is_on_the_clock() -> None:
    names = {name.rsplit(".", 1)[-1] for name in jobs.queue._registry._registry}
    assert {"merge_small_files", "compact_evidence", "purge_inbox"} <= names


def test_a_flush_that_fails_is_logged_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop, turns = threading.Event(), []

    class Failing:
        def execute(self) -> Any:
            turns.append(1)
            if len(turns) == 1:
                raise OSError("no space left")
            stop.set()

    monkeypatch.setattr(jobs, "FlushInbox", Failing)
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    jobs.flush_forever(stop, seconds=0)
    assert len(turns) == 2
    assert "will be tried again" in caplog.text
    assert "no space left" in caplog.text
