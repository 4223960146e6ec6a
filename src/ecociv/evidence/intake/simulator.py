"""A file played record by record, as the stations that it came from would have sent it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from ecociv.evidence.mapping import Mapping, load_mapping
from ecociv.evidence.parsing import parse
from ecociv.evidence.reading import Record, open_records
from ecociv.evidence.schema import series_id


@dataclass(frozen=True, slots=True)
class Statement:
    """One value of a record. ``text`` is the number as Python writes it (it reads back to the same number), empty where
    there is none; ``missing`` says why."""

    property: str
    series: str
    text: str
    missing: str
    unit: str


@dataclass(frozen=True, slots=True)
class Played:
    """One record of the file: place, period, statements, and the record itself."""

    place: str
    valid_from: datetime
    valid_to: datetime
    statements: tuple[Statement, ...]
    record: Record
    header: tuple[str, ...] = ()


class Channel(Protocol):
    """Where records are played to."""

    def send(self, played: Played) -> None:
        """Send one record; may wait while the receiver is slow."""
        ...

    def period_ends(self) -> None:
        """All records of a period were sent."""
        ...

    def finish(self) -> None:
        """Return when the receiver has acknowledged all."""
        ...

    @property
    def counts(self) -> dict[str, int]:
        """What was sent, acknowledged and refused."""
        ...


@dataclass(slots=True)
class Outcome:
    """What came of playing a file."""

    file: str
    records: int = 0
    records_rejected: int = 0
    statements: int = 0
    seconds: float = 0.0
    channel: dict[str, int] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        """What the receiver refused."""
        return self.channel.get("refused", 0)

    def to_json(self) -> dict[str, Any]:
        """As the command shows it."""
        return asdict(self)

    def as_text(self) -> str:
        """In a few words."""
        counts = ", ".join(f"{name} {count}" for name, count in self.channel.items())
        return (
            f"{self.file}: {self.records} records played ({self.statements} values), "
            f"{self.records_rejected} rejected before sending; {counts}; {self.seconds:.1f} s"
        )


def play(
    path: Path,
    mapping: Mapping | str,
    channel: Channel,
    *,
    zone: str = "jingdezhen",
    speed: float | None = None,
    limit: int | None = None,
    tell: Callable[[int, int], None] = lambda done, total: None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Play a file through a channel.

    Parameters
    ----------
    speed
        Periods of the file (hours of an hourly file) a second; none plays as fast as the receiver takes it.
    limit
        Records to play at most.
    """
    if not isinstance(mapping, Mapping):
        mapping = load_mapping(mapping, zone=zone)
    outcome, begun = Outcome(path.name), clock()
    periods, period = 0, None
    for played in records_of(path, mapping, outcome):
        if limit is not None and outcome.records >= limit:
            break
        now = (played.valid_from, played.valid_to)
        if period not in (None, now):
            channel.period_ends()
            periods += 1
            if speed is not None and (ahead := periods / speed - (clock() - begun)) > 0:
                sleep(ahead)
        period = now
        channel.send(played)
        outcome.records += 1
        outcome.statements += len(played.statements)
        tell(outcome.records, limit or 0)
    channel.period_ends()
    channel.finish()
    outcome.channel, outcome.seconds = channel.counts, clock() - begun
    return outcome


def records_of(path: Path, mapping: Mapping, outcome: Outcome) -> Iterator[Played]:
    """The good records of a file, in its order; those that a loading would reject are counted and left out."""
    columns, records = open_records(path, mapping)
    header = tuple(sorted(columns, key=columns.__getitem__))
    names: dict[int, tuple[str, str]] = {}
    latest: list[Record] = []

    def remember() -> Iterator[Record]:
        for record in records:
            latest[:] = [record]
            yield record

    for chunk in parse(remember(), columns, mapping, sample=False, chunk=1):
        outcome.records_rejected += chunk.rejected_rows
        for place, column in chunk.series:
            names[series_id(mapping.series_key(place, column, sample=False))] = (place, column)
        rows = chunk.observations.to_pylist()
        if not rows:
            continue
        statements = []
        for row in rows:
            place, column = names[row["series_id"]]
            declared = mapping.values[column]
            text = "" if row["value"] is None else repr(row["value"])
            if row["censored"]:
                text = f"{row['censored']}{row['censor_limit']!r}"
            statements.append(
                Statement(
                    declared.property,
                    mapping.series_key(place, column, sample=False),
                    text,
                    row["missing"] or "",
                    declared.unit,
                )
            )
        yield Played(place, rows[0]["valid_from"], rows[0]["valid_to"], tuple(statements), latest[0], header)
