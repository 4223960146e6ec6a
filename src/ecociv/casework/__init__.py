"""Matters that someone must close by a date."""
