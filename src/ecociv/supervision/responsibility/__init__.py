"""Lifelong responsibility (责任终身追究): who held which duty when, how it stood on hand-over, and what followed."""
