"""Who may do what: one pure, replaceable decision.

The policy knows roles and bodies, never tables. Whoever asks says which bodies lead the thing concerned
*today* (successors included); the plan room can answer that. ``settings.ECOCIV_POLICY`` names the class in use,
so a zone with other rules replaces it without touching a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason, Verdict
from ecociv.people.roles import Role


class Action(StrEnum):
    """What somebody wants to do."""

    READ = "read"
    READ_HISTORY = "read-history"
    REPORT_PROGRESS = "report-progress"
    RECORD_EVIDENCE = "record-evidence"
    EDIT_PLAN = "edit-plan"
    OPEN_CASE = "open-case"
    ACT_ON_CASE = "act-on-case"
    READ_CASE = "read-case"
    REVIEW_PROGRESS = "review-progress"
    SCORE = "score"
    SIGN_OFF = "sign-off"
    ISSUE_DOCUMENT = "issue-document"
    KEEP_REGISTER = "keep-register"
    TRADE = "trade"
    KEEP_BOOKS = "keep-books"
    READ_BOOK = "read-book"
    MANAGE_REFERENCE = "manage-reference"
    MANAGE_ACCOUNTS = "manage-accounts"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who asks. An anonymous reader is ``Actor()``."""

    role: Role = Role.VISITOR
    zone: str = ""
    organisation: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about.

    ``lead`` holds the keys of the bodies that lead it today; ``public`` is false for what is not disclosed. ``roles``
    are those to whom a declaration (of a case type, of an assessment) gives the action without a body's part.
    """

    zone: str = ""
    lead: frozenset[str] = frozenset()
    public: bool = True
    roles: frozenset[Role] = frozenset()


class Policy(Protocol):
    """What a replacement has to offer."""

    def decide(self, actor: Actor, action: Action, subject: Subject) -> Verdict:
        """Say yes or no, with the rule that decided."""
        ...


def _yes(code: str, zh: str, en: str) -> Verdict:
    return Verdict(ok=True, reasons=(Reason(code=code, text=Text(zh=zh, en=en), data={}),))


def _no(code: str, zh: str, en: str, **data: object) -> Verdict:
    return Verdict(ok=False, reasons=(Reason(code=code, text=Text(zh=zh, en=en), data=data),))


_OFFICERS = frozenset({Role.DEPARTMENT_OFFICER, Role.COUNTY_OFFICER})
_READS_HISTORY = frozenset({Role.LEADING_GROUP_OFFICE, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR})
_DECLARED = frozenset(
    {
        Action.OPEN_CASE,
        Action.ACT_ON_CASE,
        Action.READ_CASE,
        Action.REVIEW_PROGRESS,
        Action.SCORE,
        Action.SIGN_OFF,
        Action.ISSUE_DOCUMENT,
        Action.KEEP_REGISTER,
        Action.TRADE,
        Action.KEEP_BOOKS,
    }
)
_MANAGES = {Action.MANAGE_REFERENCE: Role.ADMINISTRATOR, Action.MANAGE_ACCOUNTS: Role.ADMINISTRATOR}


class OrganisationPolicy:
    """The rule of the house: an officer acts only on what their own body leads.

    ========================  ======  =======  ==================  ==============  =========
    role                      public  internal progress, evidence  plan            accounts
    ========================  ======  =======  ==================  ==============  =========
    visitor                   read    -        -                   -               -
    department, county        read    read     where they lead     -               -
    leading-group office      read    read     all of the zone     all of the zone -
    leader, auditor           read    read     -                   -               -
    enterprise                read    its own  -                   -               -
    administrator             read    read     -                   -               manages
    ========================  ======  =======  ==================  ==============  =========

    What a declaration gives out (moves of a case, scores, sign-off, series of documents) goes to the roles it names and to officers of the
    bodies that play a part in it; the table above neither adds to that nor takes from it.

    The account of an enterprise is tied to one key, its unified social credit code: it reads and does nothing but what
    names that key, so that a declaration that gives an action to the role still gives nobody another's matter.

    A book of money is read whole by those who read the history of everything (office of the leading group, leaders,
    auditors, administrators) and by the body that keeps it; a body or an enterprise reads what touches its own account.

    An administrator does not report progress: who keeps the accounts must not also write the results.

    >>> officer = Actor(Role.DEPARTMENT_OFFICER, "jingdezhen", "市环保局")
    >>> policy = OrganisationPolicy()
    >>> policy.decide(officer, Action.REPORT_PROGRESS, Subject("jingdezhen", frozenset({"市环保局"}))).ok
    True
    >>> refused = policy.decide(officer, Action.REPORT_PROGRESS, Subject("jingdezhen", frozenset({"市林业局"})))
    >>> refused.ok, refused.reasons[0].code
    (False, 'not-the-lead')
    """

    def decide(self, actor: Actor, action: Action, subject: Subject) -> Verdict:
        """Decide one request; the reason says which line of the table applied."""
        if not actor.active:
            return _no("account-closed", "该账号已停用。", "This account is closed.")
        if action is Action.READ and subject.public:
            return _yes("public", "公开内容，任何人可看。", "Public: anyone may read it.")
        if actor.role is Role.VISITOR:
            return _no("log-in-first", "请先登录。", "Log in first.")
        if subject.zone and actor.zone != subject.zone and actor.role is not Role.ADMINISTRATOR:
            return _no(
                "another-zone",
                "该内容属于另一个示范区。",
                "This belongs to another zone.",
                zone=subject.zone,
            )
        if actor.role is Role.ENTERPRISE:
            return self._enterprise(actor, action, subject)
        if action in _MANAGES:
            if actor.role is _MANAGES[action]:
                return _yes("administrator", "系统管理员可以管理。", "Administrators manage this.")
            return _no("administrators-only", "只有系统管理员可以管理。", "Only administrators manage this.")
        if action is Action.READ:
            return _yes("internal", "登录人员可看内部内容。", "People of the zone read what is internal.")
        if action is Action.READ_HISTORY:
            return self._history(actor, subject)
        if action is Action.READ_BOOK:
            return self._book(actor, subject)
        if action is Action.EDIT_PLAN:
            if actor.role is Role.LEADING_GROUP_OFFICE:
                return _yes(
                    "plan-office", "领导小组办公室可以修改方案。", "The office of the leading group edits the plan."
                )
            return _no(
                "plan-office-only",
                "只有领导小组办公室可以修改方案。",
                "Only the office of the leading group edits the plan.",
            )
        if action in _DECLARED:
            return self._declared(actor, subject)
        return self._progress(actor, subject)

    def _enterprise(self, actor: Actor, action: Action, subject: Subject) -> Verdict:
        own = bool(actor.organisation) and actor.organisation in subject.lead
        if action in {Action.READ, Action.READ_HISTORY, Action.READ_CASE, Action.READ_BOOK} and own:
            return _yes("own", "本企业自己的内容。", "This is about your own enterprise.")
        if action in _DECLARED and (own or (not subject.lead and Role.ENTERPRISE in subject.roles)):
            return _yes("own", "由本企业办理。", "Your enterprise does this for itself.")
        return _no(
            "not-your-enterprise",
            "企业用户只能查看公开内容和本企业的内容，只能办理本企业的事项。",
            "The account of an enterprise reads what is public and its own, and acts for that enterprise alone.",
            organisation=actor.organisation,
        )

    def _declared(self, actor: Actor, subject: Subject) -> Verdict:
        if actor.role in subject.roles and actor.role is not Role.ADMINISTRATOR:
            return _yes("role", "规定由该角色办理。", "The rules give this to your role.")
        if actor.role in _OFFICERS and actor.organisation and actor.organisation in subject.lead:
            return _yes("party", "本单位是当事方。", "Your body is a party to this.")
        may = "、".join((*sorted(role.label.zh for role in subject.roles), *sorted(subject.lead))) or "—"
        may_en = ", ".join((*sorted(role.label.en for role in subject.roles), *sorted(subject.lead))) or "nobody"
        return _no(
            "not-a-party",
            f"这一步由下列各方办理：{may}。",
            f"This is done by: {may_en}.",
            lead=tuple(sorted(subject.lead)),
            roles=tuple(sorted(role.value for role in subject.roles)),
        )

    def _history(self, actor: Actor, subject: Subject) -> Verdict:
        if actor.role in _READS_HISTORY:
            return _yes("oversight", "可查看全部修改记录。", "May read every change.")
        if actor.organisation and actor.organisation in subject.lead:
            return _yes("own-history", "牵头单位可查看本单位的修改记录。", "A lead reads its own changes.")
        return _no(
            "history-closed",
            "修改记录只对牵头单位、领导小组办公室、领导和审计人员开放。",
            "Changes are open to the lead, the office of the leading group, leaders and auditors.",
        )

    def _book(self, actor: Actor, subject: Subject) -> Verdict:
        if actor.role in _READS_HISTORY:
            return _yes("oversight", "可查看整本账簿。", "May read all of the book.")
        if actor.organisation and actor.organisation in subject.lead:
            return _yes("own-account", "本单位的账簿或账户。", "Your body's own book or account.")
        return _no(
            "book-closed",
            "账簿由记账单位、领导小组办公室、领导和审计人员查看；其他单位只能查看本单位账户的内容。",
            "A book is read by the body that keeps it, the office of the leading group, leaders and auditors; others read "
            "what touches their own account.",
            lead=tuple(sorted(subject.lead)),
            organisation=actor.organisation,
        )

    def _progress(self, actor: Actor, subject: Subject) -> Verdict:
        if actor.role is Role.LEADING_GROUP_OFFICE:
            return _yes(
                "progress-office", "领导小组办公室可以填报全部进展。", "The office of the leading group reports on all."
            )
        if actor.role not in _OFFICERS:
            return _no(
                "role-reads-only",
                f"“{actor.role.label.zh}”只能查看，不能填报。",
                f"The role “{actor.role.label.en}” reads and does not report.",
                role=actor.role.value,
            )
        if not actor.organisation:
            return _no(
                "no-organisation",
                "您的账号没有填写所属单位，请联系系统管理员。",
                "Your account names no body; ask an administrator to add it.",
            )
        if actor.organisation in subject.lead:
            return _yes("lead", "本单位是牵头单位。", "Your body leads this.")
        leads = "、".join(sorted(subject.lead)) or "—"
        return _no(
            "not-the-lead",
            f"只有牵头单位可以填报；牵头单位是：{leads}。",
            f"Only the lead reports; it is led by: {leads}.",
            lead=tuple(sorted(subject.lead)),
            organisation=actor.organisation,
        )
