"""Writing in a book: opening it and its accounts, posting an entry, reversing one.

One writer at a time (the record of changes is held from the beginning of each transaction), so that numbers have no
gaps and a balance that was checked is the balance that is written on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.core.postings import Posting, Unbalanced, require_balance
from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.models import Document
from ecociv.ledger.models import Book, Entry, EntryLine, LedgerAccount
from ecociv.ledger.models.entries import content_of
from ecociv.ledger.money import FEN, LARGEST, shown
from ecociv.ledger.opening import LedgerRefused, OpenAccount, OpenBook
from ecociv.ledger.permissions import require_keeper
from ecociv.ledger.queries import lowest_from
from ecociv.people import audit

__all__ = ["LedgerRefused", "OpenAccount", "OpenBook", "PostEntry", "ReverseEntry"]

_EARLIEST = dt.date(1990, 1, 1)


@dataclass(slots=True)
class PostEntry:
    """Post an entry (记账): lines that add up to zero, on a day, with the document that they rest on.

    Parameters
    ----------
    lines
        ``(key of the account, fen)`` or `Posting` in ``CNY-fen``; what enters is positive. Keys may occur twice.
    document
        What the entry rests on: number of a document, key of a settlement. Never empty.
    key
        Names the request: the same request again gives the entry that is there, another request of the same key is
        refused.
    at
        When a sample entry was recorded; real entries are recorded now.
    """

    book: Book
    day: dt.date
    lines: Iterable[Posting | tuple[str, int]]
    document: str
    text: str
    author: Any
    key: str = ""
    kind: str = Entry.Kind.TRANSFER
    file: Document | None = None
    sample: bool = False
    at: dt.datetime | None = None
    _reverses: Entry | None = field(default=None, init=False)

    def check(self) -> tuple[list[tuple[LedgerAccount, int]], Entry | None]:
        """Accounts with their amounts, and the entry where the same request was posted before.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the keeper of the book.
        LedgerRefused
            ``unbalanced``, ``moves-nothing``, ``account-unknown``, ``not-open-yet``, ``below-floor``, ``no-document``, ``no-text``,
            ``day-to-come``, ``amount-too-large``, ``key-used``, ``kind-unknown``.
        """
        require_keeper(self.author, self.book.zone, self.book.keeper)
        postings = self._postings()
        known = self._posted_before(postings)
        if known is not None:
            return [], known
        faults = list(self._own_faults(postings))
        accounts = {
            each.key: each
            for each in LedgerAccount.objects.filter(book=self.book, key__in={p.account for p in postings})
        }
        for name in dict.fromkeys(each.account for each in postings):
            faults.extend(self._account_faults(name, accounts.get(name)))
        if faults:
            raise LedgerRefused(*faults)
        faults.extend(self._floor_faults(postings, accounts))
        if faults:
            raise LedgerRefused(*faults)
        return [(accounts[each.account], each.amount) for each in postings], None

    def execute(self) -> Entry:
        """Post it, all lines or none."""
        with transaction.atomic():
            audit.hold()
            lines, known = self.check()
            if known is not None:
                return known
            last = self.book.entries.order_by("-number").first()
            entry = Entry(
                book=self.book,
                number=last.number + 1 if last else 1,
                day=self.day,
                recorded_at=self._moment(last),
                author=account_of(self.author),
                author_name=name_of(self.author),
                kind=self.kind,
                document=self.document.strip(),
                file=self.file,
                text=self.text.strip(),
                reverses=self._reverses,
                key=self.key,
                sample=self.sample or self.book.sample,
            )
            said = content_of(
                entry,
                [(account.key, amount) for account, amount in lines],
                self._reverses.number if self._reverses else None,
            )
            entry.seal = audit.digest_of({"before": last.seal if last else "", "entry": said})
            entry.save()
            EntryLine.objects.bulk_create(
                EntryLine(
                    entry=entry,
                    place=place,
                    account=account,
                    amount=amount,
                    day=entry.day,
                    recorded_at=entry.recorded_at,
                )
                for place, (account, amount) in enumerate(lines, 1)
            )
            audit.record(
                actor=self.author,
                action=f"ledger.{'reverse' if self._reverses else 'post'}",
                zone=self.book.zone,
                subject_kind="ledger-entry",
                subject_key=f"{self.book.key}/{entry.number}",
                after=said,
                reason=self.text,
            )
            return entry

    def _postings(self) -> list[Posting]:
        found = []
        for line in self.lines:
            each = line if isinstance(line, Posting) else Posting(line[0], FEN, line[1])
            if each.unit != FEN or isinstance(each.amount, bool) or not isinstance(each.amount, int):
                raise TypeError(f"A line of the ledger is a whole number of fen, not {each!r}.")
            found.append(each)
        self.lines = found
        return found

    def _posted_before(self, postings: list[Posting]) -> Entry | None:
        known = self.book.entries.filter(key=self.key).first() if self.key else None
        if known is None:
            return None
        lines = [(line.account.key, line.amount) for line in known.lines.select_related("account")]
        same = (
            known.day == self.day
            and known.kind == self.kind
            and known.document == self.document.strip()
            and known.reverses_id == (self._reverses.pk if self._reverses else None)
            and lines == [(each.account, each.amount) for each in postings]
        )
        if not same:
            raise LedgerRefused(
                (
                    "key-used",
                    Text(
                        zh=f"请求“{self.key}”已记为第 {known.number} 号凭证，内容不同。",
                        en=f"The request {self.key!r} was posted as entry {known.number} with other content.",
                    ),
                )
            )
        return known

    def _own_faults(self, postings: list[Posting]) -> Iterable[tuple[str, Text]]:
        if not self.document.strip():
            yield "no-document", Text(zh="请填写依据文件。", en="Name the document that the entry rests on.")
        if not self.text.strip():
            yield "no-text", Text(zh="请填写摘要。", en="Say in a few words what the entry is.")
        if not _EARLIEST <= self.day <= timezone.localdate():
            yield (
                "day-to-come",
                Text(
                    zh=f"记账日期 {self.day} 须在 {_EARLIEST} 至今天之间。",
                    en=f"The day {self.day} has to lie between {_EARLIEST} and today.",
                ),
            )
        if self.kind not in Entry.Kind.values or (self.kind == Entry.Kind.REVERSAL) != bool(self._reverses):
            yield (
                "kind-unknown",
                Text(zh=f"凭证类型“{self.kind}”不能用。", en=f"{self.kind!r} is no kind of entry to post."),
            )
        if any(abs(each.amount) > LARGEST for each in postings):
            yield (
                "amount-too-large",
                Text(zh="金额过大，请核对。", en="An amount is too large: check it."),
            )
        net: dict[str, int] = {}
        for each in postings:
            net[each.account] = net.get(each.account, 0) + each.amount
        if postings and not any(net.values()):
            yield (
                "moves-nothing",
                Text(
                    zh="转出和转入是同一账户，没有资金变动。",
                    en="The money leaves and enters the same account: nothing would move.",
                ),
            )
        try:
            require_balance(postings)
        except Unbalanced as refused:
            yield "unbalanced", refused.text

    def _account_faults(self, name: str, account: LedgerAccount | None) -> Iterable[tuple[str, Text]]:
        if account is None:
            yield (
                "account-unknown",
                Text(
                    zh=f"账簿“{self.book.title.zh}”没有账户“{name}”，请先开户。",
                    en=f"The book {self.book.title.en!r} has no account {name!r}; open it first.",
                ),
            )
        elif self.day < account.opened_on:
            yield (
                "not-open-yet",
                Text(
                    zh=f"账户“{account.title.zh}”于 {account.opened_on} 开户，不能记 {self.day} 的账。",
                    en=f"The account {account.title.en!r} was opened on {account.opened_on}, after {self.day}.",
                ),
            )

    def _floor_faults(
        self, postings: list[Posting], accounts: dict[str, LedgerAccount]
    ) -> Iterable[tuple[str, Text]]:
        changes: dict[str, int] = {}
        for each in postings:
            changes[each.account] = changes.get(each.account, 0) + each.amount
        for name, change in changes.items():
            account = accounts[name]
            if change >= 0 or account.floor is None:
                continue
            lowest, when = lowest_from(account, self.day)
            if lowest + change < account.floor:
                yield (
                    "below-floor",
                    Text(
                        zh=f"账户“{account.title.zh}” {when} 余额 {shown(lowest)} 元，支出 {shown(-change)} 元后将低于"
                        f"下限 {shown(account.floor)} 元。",
                        en=f"The account {account.title.en!r} holds {shown(lowest)} yuan on {when}; after "
                        f"{shown(-change)} yuan it would lie below its floor of {shown(account.floor)} yuan.",
                    ),
                )

    def _moment(self, last: Entry | None) -> dt.datetime:
        """Now; for sample data the moment asked for, never before the entry before."""
        now = timezone.now()
        at = self.at if self.sample and self.at is not None else now
        at = min(at, now)
        return max(at, last.recorded_at) if last is not None else at


@dataclass(slots=True)
class ReverseEntry:
    """Take an entry back (红字冲销): the same lines the other way round, once; both stay to be read."""

    entry: Entry
    reason: str
    author: Any
    day: dt.date | None = None
    document: str = ""
    sample: bool = False
    at: dt.datetime | None = None

    def check(self) -> PostEntry:
        """The posting that takes it back.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the keeper of the book.
        LedgerRefused
            ``no-reason``, ``reversed-before``, ``is-a-reversal``, and what `PostEntry` refuses.
        """
        entry = self.entry
        require_keeper(self.author, entry.book.zone, entry.book.keeper)
        if not self.reason.strip():
            raise LedgerRefused(("no-reason", Text(zh="请说明冲销原因。", en="Say why it is taken back.")))
        if entry.reverses_id is not None:
            raise LedgerRefused(
                (
                    "is-a-reversal",
                    Text(
                        zh="冲销凭证不能再冲销；请另记一笔正确的凭证。",
                        en="A reversal is not taken back; post the right entry anew.",
                    ),
                )
            )
        by = Entry.objects.filter(reverses=entry).first()
        if by is not None:
            raise LedgerRefused(
                (
                    "reversed-before",
                    Text(
                        zh=f"第 {entry.number} 号凭证已由第 {by.number} 号冲销。",
                        en=f"Entry {entry.number} was taken back by entry {by.number} before.",
                    ),
                )
            )
        posting = PostEntry(
            book=entry.book,
            day=self.day or entry.day,
            lines=[(line.account.key, -line.amount) for line in entry.lines.select_related("account")],
            document=self.document or entry.document,
            text=self.reason,
            author=self.author,
            kind=Entry.Kind.REVERSAL,
            sample=self.sample or entry.sample,
            at=self.at,
        )
        posting._reverses = entry
        if posting.day < entry.day:
            raise LedgerRefused(
                (
                    "before-the-entry",
                    Text(
                        zh=f"冲销日期不能早于凭证日期 {entry.day}。",
                        en=f"It cannot be taken back before its day, {entry.day}.",
                    ),
                )
            )
        posting.check()
        return posting

    def execute(self) -> Entry:
        """Post the reversal."""
        with transaction.atomic():
            audit.hold()
            return self.check().execute()
