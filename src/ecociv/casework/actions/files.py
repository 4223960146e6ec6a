"""Files that a step brings: looked at before anything is written, kept by their digest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ecociv.casework.content import Faults
from ecociv.casework.models import CaseStep, CaseStepDocument
from ecociv.evidence.documents import digest_of_file, keep_document
from ecociv.evidence.library.formats import FileNotTaken, recognise

LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file, the name under which it was sent, and the declared document that it answers ("" for any other)."""

    path: Path
    name: str
    key: str = ""


def file_faults(files: Iterable[Attachment]) -> Faults:
    """Faults of the files themselves: empty, too large, of a kind that is not kept, not what the name says."""
    faults: Faults = {}
    for file in files:
        try:
            recognise(Path(file.path), file.name)
        except FileNotTaken as refused:
            faults[f"documents.{file.key}" if file.key else "documents"] = refused.text
    return faults


def keys_and_digests(files: Iterable[Attachment]) -> list[list[str]]:
    """What a step brings, as key and digest, in order; by it the same step sent twice is recognised."""
    return [[file.key, digest_of_file(Path(file.path))] for file in files]


def keep_files(step: CaseStep, files: Iterable[Attachment], *, sample: bool) -> None:
    """Keep the files and name them in the step, inside the caller's transaction."""
    CaseStepDocument.objects.bulk_create(
        [
            CaseStepDocument(
                step=step,
                document=keep_document(
                    Path(file.path), received_from=step.actor_name, sample=sample, name=file.name
                ),
                key=file.key,
                file_name=file.name[-LONGEST_NAME:],
            )
            for file in files
        ]
    )
