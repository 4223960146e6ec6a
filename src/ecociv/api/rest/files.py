"""Files in, through a declared mapping."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router
from ninja.files import UploadedFile

from ecociv.api import limits
from ecociv.api.access import sender_of
from ecociv.api.problems import Problem, as_json, language
from ecociv.evidence.actions import LoadFile, ReasonRequired
from ecociv.evidence.declared import DeclarationError
from ecociv.evidence.mapping import load_mapping, mapping_keys
from ecociv.evidence.reading import FileRefused
from ecociv.evidence.registry import SeriesConflict

router = Router()


@router.post("/files", summary="Send a file through a declared mapping")
def post_file(
    request: HttpRequest,
    file: File[UploadedFile],
    mapping: Form[str],
    reason: Form[str] = "",
) -> HttpResponse:
    """Load a file; the answer is the import report, row by row. The same file again adds nothing."""
    caller = sender_of(request)
    if (file.size or 0) > limits.FILE_BYTES:
        raise Problem(
            413,
            "PayloadTooLarge",
            "文件超过{mb} MB；请分成几个文件。",
            "The file is larger than {mb} MB; split it.",
            mb=limits.FILE_BYTES // 1024 // 1024,
        )
    if mapping not in mapping_keys(settings.ECOCIV_ZONE):
        raise Problem(
            422,
            "UnprocessableEntity",
            "没有名为{name}的映射；可用的有：{known}。",
            "There is no mapping {name}; these are declared: {known}.",
            name=mapping[:80],
            known=", ".join(mapping_keys(settings.ECOCIV_ZONE)),
        )
    declared = load_mapping(mapping, zone=settings.ECOCIV_ZONE)
    for place in sorted(declared.place_keys) or [""]:
        problem = caller.refusal_for(declared.supplier.constant or "", declared.network, place)
        if problem is not None:
            raise problem
    with tempfile.TemporaryDirectory(prefix="ecociv-") as folder:
        path = Path(folder) / (Path(file.name or "").name[-120:] or "file")
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        try:
            report = LoadFile(path, declared, caller.user, reason=reason, zone=settings.ECOCIV_ZONE).execute()
        except FileRefused as refusal:
            problem = Problem(422, "FileRefused", "-", "-")
            problem.text = refusal.text
            raise problem from None
        except (DeclarationError, SeriesConflict, ReasonRequired) as refusal:
            said = str(refusal)
            raise Problem(422, "FileRefused", "文件没有入库：{said}", "{said}", said=said) from None
    return as_json({**report.to_json(), "language": language()}, 207 if report.rows_rejected else 200)
