"""What a reader does with notices: reads them, and says which also come as e-mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from ecociv.casework.notices.kinds import KINDS
from ecociv.casework.notices.models import Notice, NoticePreference
from ecociv.people import audit


@dataclass
class MarkRead:
    """Mark notices of one's own as read: those named, or all."""

    user: Any
    keys: Iterable[int] | None = None

    def check(self) -> None:
        """Only one's own; what is another's is not found and not named."""
        if not self.user.is_authenticated:
            raise PermissionDenied

    def execute(self) -> int:
        """How many were unread. When somebody read a notice is on the notice itself, so the record of changes, which
        is for what alters the zone, has no entry for it."""
        self.check()
        unread = Notice.objects.filter(user=self.user, read_at__isnull=True)
        if self.keys is not None:
            unread = unread.filter(pk__in=list(self.keys))
        return unread.update(read_at=timezone.now())


@dataclass
class SetPreferences:
    """Say for each kind whether it also comes as e-mail; kinds not named stay as they are."""

    user: Any
    email: Mapping[str, bool]

    def check(self) -> None:
        """Refuse what is no kind of notice."""
        if not self.user.is_authenticated:
            raise PermissionDenied
        if unknown := sorted(set(self.email) - set(KINDS)):
            raise ValueError(f"{unknown[0]!r} is no kind of notice; there are: {', '.join(KINDS)}.")

    def execute(self) -> None:
        """Store, with an entry in the record of changes."""
        self.check()
        with transaction.atomic():
            before = preferences(self.user)
            for kind, email in self.email.items():
                NoticePreference.objects.update_or_create(
                    user=self.user, kind=kind, defaults={"email": email}
                )
            after = preferences(self.user)
            if after != before:
                audit.record(
                    actor=self.user,
                    action="notice.preferences",
                    zone=self.user.zone,
                    subject_kind="account",
                    subject_key=self.user.username,
                    before=before,
                    after=after,
                )


def preferences(user: Any) -> dict[str, bool]:
    """For each kind, whether it comes as e-mail."""
    said = dict(NoticePreference.objects.filter(user=user).values_list("kind", "email"))
    return {key: said.get(key, kind.email) for key, kind in KINDS.items()}
