"""Land administration: differences, approvals, rights and change patches as cases (自然资源管理)."""
