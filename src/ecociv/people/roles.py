"""The roles of a zone, with their names in both languages. Pure: no Django."""

from __future__ import annotations

from enum import StrEnum

from ecociv.core.text import Text


class Role(StrEnum):
    """What somebody is in the zone.

    >>> Role.AUDITOR.label.zh, Role.AUDITOR.label.en
    ('审计人员', 'Auditor')
    """

    VISITOR = "visitor"
    DEPARTMENT_OFFICER = "department_officer"
    COUNTY_OFFICER = "county_officer"
    LEADING_GROUP_OFFICE = "leading_group_office"
    LEADER = "leader"
    AUDITOR = "auditor"
    ENTERPRISE = "enterprise"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> Text:
        """Name of the role in both languages."""
        return _LABELS[self]

    @property
    def needs_organisation(self) -> bool:
        """Whether an account of this role is of use only with a body to act for."""
        return self in {Role.DEPARTMENT_OFFICER, Role.COUNTY_OFFICER, Role.ENTERPRISE}

    @property
    def of_the_zone(self) -> bool:
        """Whether it belongs to people of the zone, who read what is internal; visitors and enterprises do not."""
        return self not in {Role.VISITOR, Role.ENTERPRISE}


_LABELS: dict[Role, Text] = {
    Role.VISITOR: Text(zh="访客", en="Visitor"),
    Role.DEPARTMENT_OFFICER: Text(zh="部门经办人", en="Department officer"),
    Role.COUNTY_OFFICER: Text(zh="县（市、区）经办人", en="County officer"),
    Role.LEADING_GROUP_OFFICE: Text(zh="领导小组办公室", en="Office of the leading group"),
    Role.LEADER: Text(zh="领导", en="Leader"),
    Role.AUDITOR: Text(zh="审计人员", en="Auditor"),
    Role.ENTERPRISE: Text(zh="企业用户", en="Enterprise"),
    Role.ADMINISTRATOR: Text(zh="系统管理员", en="Administrator"),
}
