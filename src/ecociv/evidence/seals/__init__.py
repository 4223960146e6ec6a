"""Tamper evidence: a chain of seals over the batches of observations, and the proof of it."""
