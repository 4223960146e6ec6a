"""Folders of processes that were killed are removed; those of living ones stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from ecociv.evidence.store import scratch

HOLDER = """
import sys, time
from django.conf import settings
settings.configure(ECOCIV_VAR=sys.argv[1])
from ecociv.evidence.store.scratch import scratch_folder
(scratch_folder() / "rows.parquet").write_bytes(b"x")
print(scratch_folder(), flush=True)
time.sleep(600)
"""


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    script = tmp_path / "holder.py"
    script.write_text(HOLDER)
    arguments = [sys.executable, str(script), str(tmp_path / "var")]
    living, killed = (subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) for _ in range(2))
    try:
        assert living.stdout is not None
        assert killed.stdout is not None
        kept, left = Path(living.stdout.readline().strip()), Path(killed.stdout.readline().strip())
        assert kept != left
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        old, young = kept.parent / "batch-old", kept.parent / "batch-young"
        for folder in (old, young):
            folder.mkdir()
        os.utime(old, (0, 0))
        assert scratch.clean(kept.parent) == 2  # the killed one's, and what no lock tells of and is old
        assert not left.exists()
        assert not old.exists()
        assert young.exists()
        assert (kept / "rows.parquet").exists()
    finally:
        for process in (living, killed):
            process.kill()
            process.wait()
