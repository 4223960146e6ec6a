"""Scores of bodies and counties by dated rule sets."""
