"""What the room keeps: leaving-office audits with their steps and working papers."""

from ecociv.accounts.audit.models import AuditPaper, AuditStep, LeavingAudit

__all__ = ["AuditPaper", "AuditStep", "LeavingAudit"]
