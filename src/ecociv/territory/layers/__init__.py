"""Layers: features as arrays, the files that keep them, and the kinds there are."""
