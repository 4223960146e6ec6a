"""Records of the people room, one concept a file."""

from ecociv.people.models.audit import AuditEntry, NeverChanged
from ecociv.people.models.token import AccessToken
from ecociv.people.models.user import Post, User

__all__ = ["AccessToken", "AuditEntry", "NeverChanged", "Post", "User"]
