"""Notices: who is told what, why it went to them, and by which ways."""
