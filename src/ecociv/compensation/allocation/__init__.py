"""Allocating the basin's fund to counties."""
