"""Settling an agreement: preliminary, objection, final, correction, transfer."""
