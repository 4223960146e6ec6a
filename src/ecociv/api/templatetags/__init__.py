"""Filters of the pages of the open interfaces."""
