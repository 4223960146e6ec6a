"""Sample registers of a zone, from the files of its package and by the same actions as real ones; marked as sample."""

from __future__ import annotations

import datetime as dt

from ecociv.registers.actions import ChangeState, ReviseEntry
from ecociv.registers.importing import ImportEntries
from ecociv.registers.loading import kinds
from ecociv.registers.models import EntryRevision
from ecociv.registers.queries import entries
from ecociv.standards.declared import zone_folder

AUTHOR = "样例数据 sample data"


def load_sample_registers(zone: str) -> int:
    """Take the sample files of every kind that has none on record yet; how many entries were made.

    Kinds are taken in such an order that what an entry refers to is there before it.
    """
    folder = zone_folder(zone) / "sample" / "registers"
    made = 0
    waiting = {file.stem: file for file in sorted(folder.glob("*.csv"))} if folder.is_dir() else {}
    declared = kinds(zone)
    while waiting:
        ready = [
            key
            for key in waiting
            if key in declared
            and not any(one.kind in waiting and one.kind != key for one in declared[key].fields)
        ]
        # Kinds that refer to one another in a ring are taken as they come; a reference that fails says so.
        for key in ready or list(waiting):
            file = waiting.pop(key)
            if not EntryRevision.objects.filter(zone=zone, kind=key).exists():
                done = ImportEntries(zone=zone, kind=key, path=file, author=AUTHOR, sample=True).execute()
                made += len(done.entered)
                _live(zone, key)
    return made


def _live(zone: str, kind: str) -> None:
    """A little history, so that there is something to look back on."""
    if kind == "discharge-permit":
        permits = entries(zone, kind, dt.date(2018, 1, 1))
        if len(permits) < 3:
            return
        ReviseEntry(
            zone=zone,
            kind=kind,
            key=permits[0].key,
            author=AUTHOR,
            on=dt.date(2019, 3, 1),
            changes={"valid-to-day": "2022-12-27"},
            reason="样例：延续许可",
            document="样例环许延〔2019〕1号",
            sample=True,
        ).execute()
        ChangeState(
            zone=zone,
            kind=kind,
            key=permits[1].key,
            author=AUTHOR,
            on=dt.date(2019, 6, 1),
            to="suspended",
            reason="样例：未按证排污",
            document="样例环罚〔2019〕3号",
            sample=True,
        ).execute()
    if kind == "mining-right":
        rights = entries(zone, kind, dt.date(2018, 1, 1))
        if rights:
            ChangeState(
                zone=zone,
                kind=kind,
                key=rights[-1].key,
                author=AUTHOR,
                on=dt.date(2019, 1, 1),
                to="closing",
                reason="样例：资源枯竭",
                document="样例闭坑报告（2018）",
                sample=True,
            ).execute()
