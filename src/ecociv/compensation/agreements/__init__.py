"""Agreements between upstream and downstream as dated policy, and what they come to in a period."""
