"""Who may fill a return and who may judge it. Commands act under a name and are asked nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import get_language

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason, Verdict
from ecociv.evidence.mapping import PlaceDeclaration
from ecociv.evidence.models import ReturnRevision
from ecociv.evidence.returns.bodies import Directory, filler, reviewer
from ecociv.evidence.returns.forms import Form
from ecociv.people.models import User
from ecociv.people.permissions import allowed, decide
from ecociv.people.policy import Action
from ecociv.people.roles import Role


def may_fill(
    author: Any, zone: str, form: Form, place: PlaceDeclaration, day: date, directory: Directory | None
) -> Verdict:
    """Whether somebody may fill, submit and restate the return of a place."""
    if not _asks(author):
        return Verdict(True)
    body = filler(form, place, day, directory)
    verdict = decide(author, Action.RECORD_EVIDENCE, zone=zone, lead={body.key})
    if verdict.ok or "not-the-lead" not in verdict.codes:
        return verdict
    return _no(
        "another-body",
        Text(zh="这张报表由{body}填报", en="this return is filled by {body}").fill(body=body.name),
    )


def may_judge(
    author: Any,
    zone: str,
    form: Form,
    place: PlaceDeclaration,
    revision: ReturnRevision | None,
    day: date,
    directory: Directory | None,
) -> Verdict:
    """Whether somebody may review, accept and send back. Nobody judges what they, or their body, filled in."""
    if not _asks(author):
        return Verdict(True)
    body = reviewer(form, day, directory)
    verdict = decide(author, Action.RECORD_EVIDENCE, zone=zone, lead={body.key})
    if not verdict.ok:
        if "not-the-lead" not in verdict.codes:
            return verdict
        return _no(
            "not-the-reviewer",
            Text(
                zh="这张报表由{body}或领导小组办公室审核",
                en="this return is reviewed by {body} or the office of the leading group",
            ).fill(body=body.name),
        )
    office = author.role == Role.LEADING_GROUP_OFFICE.value
    if revision is not None and revision.author_id == author.pk:
        return _no(
            "own-return",
            Text(
                zh="本人报送的报表不能由本人审核，请同办公室的其他人员审核",
                en="nobody reviews what they submitted themselves; somebody else of the office has to",
            ),
        )
    if not office and author.organisation == filler(form, place, day, directory).key:
        return _no(
            "own-body",
            Text(
                zh="本单位填报的报表由领导小组办公室审核",
                en="what your body fills in is reviewed by the office of the leading group",
            ),
        )
    return verdict


def may_read(
    user: Any, zone: str, form: Form, place: PlaceDeclaration, day: date, directory: Directory | None
) -> bool:
    """Whether somebody sees what is not accepted: people of the zone do, the public does not."""
    return allowed(user, Action.READ, zone=zone, lead={filler(form, place, day, directory).key}, public=False)


def demand(verdict: Verdict) -> None:
    """Raise ``PermissionDenied`` with the sentence of a refusal, in the reader's language."""
    if not verdict.ok:
        language = get_language() or "zh-hans"
        raise PermissionDenied(" ".join(each.text.in_language(language) for each in verdict.reasons))


def _asks(author: Any) -> bool:
    return isinstance(author, User) or getattr(author, "is_authenticated", None) is not None


def _no(code: str, text: Text) -> Verdict:
    return Verdict(False, (Reason(code, text),))
