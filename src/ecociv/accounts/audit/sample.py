"""A sample audit: the term of the sample official of a county, with sample, papers, a request, draft and comment.

The conclusion is left open, so that an auditor can go through it.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from ecociv.accounts.audit.actions import (
    CommentOnDraft,
    DrawRecords,
    OpenAudit,
    PublishSample,
    RequestEvidence,
    SendDraft,
    WritePaper,
)
from ecociv.accounts.audit.models import LeavingAudit
from ecociv.accounts.audit.standing import standing_of
from ecociv.accounts.audit.term import AuditRefused, posts_of
from ecociv.accounts.queries import AccountsRefused, areas
from ecociv.supervision.responsibility.models import Official
from ecociv.supervision.sample.accounts import sample_accounts

SEED = "样例种子-离任审计-1"
PAPERS = (
    ("样例：抽查记录与报表核对，一致。", "", "none"),
    ("样例：核对采伐许可证与林业报表。", "样例：2016年有3150立方米采伐未列入报表。", "serious"),
)


def load_sample_audit(zone: str) -> int:
    """Play a sample audit; 0 where one is there already, or the zone lacks accounts, people or a county's official."""
    people = sample_accounts(zone)
    if not people or LeavingAudit.objects.filter(zone=zone, sample=True).exists():
        return 0
    try:
        counties = {key for key, _ in areas(zone)[1:]}
    except AccountsRefused:
        return 0
    for official in Official.objects.filter(zone=zone, sample=True).order_by("pk"):
        ended = [post for post in posts_of(official) if post.body in counties and post.ends is not None]
        if ended:
            post = ended[0]
            assert post.ends is not None
            break
    else:
        return 0
    auditor, county = people["auditor"], people["county"]
    try:
        with transaction.atomic():
            audit = OpenAudit(official, post.body, post.starts, post.ends, auditor, sample=True).execute()
            PublishSample(audit, SEED, auditor, 8).execute()
            DrawRecords(audit, auditor).execute()
            for paper, (procedure, finding, severity) in zip(standing_of(audit).papers, PAPERS, strict=False):
                WritePaper(audit, auditor, paper.title, procedure, finding, severity, paper.number, hand_in=True).execute()
            RequestEvidence(audit, post.body, "样例：2016年采伐许可证台账", auditor).execute()
            SendDraft(audit, auditor).execute()
            if county.organisation == post.body:
                CommentOnDraft(audit, "样例：对草稿没有异议。", county).execute()
    except (AuditRefused, PermissionDenied):
        return 0
    return 1
