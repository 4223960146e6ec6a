"""Sample officials with their posts in the sample accounts' bodies; every name says that it is invented."""

from __future__ import annotations

from django.db import transaction

from ecociv.plan.queries import current_package
from ecociv.supervision.responsibility.actions import PostDraft, RecordOfficial, RecordPost
from ecociv.supervision.responsibility.models import Official
from ecociv.supervision.sample.accounts import body_of, sample_accounts
from ecociv.supervision.sample.declaration import SampleOfficials, read_sample

_NO_FILE = "样例人员，没有任免文件。An invented person: there is no document of appointment."


def load_sample_officials(zone: str) -> int:
    """Put the declared persons on record; returns how many, 0 where sample persons are there already."""
    declared = read_sample(zone, "officials.yaml", SampleOfficials)
    people = sample_accounts(zone)
    if declared is None or not people or Official.objects.filter(zone=zone, sample=True).exists():
        return 0
    package, office = current_package(zone), people["office"]
    with transaction.atomic():
        for each in declared.officials:
            person = RecordOfficial(zone, each.name, each.note, office, sample=True).execute()
            for post in each.posts:
                body = body_of(people[post.body], package)
                draft = PostDraft(
                    body, post.title, post.starts, post.ends, post.source, without_document=_NO_FILE
                )
                RecordPost(person, draft, office).execute()
    return len(declared.officials)
