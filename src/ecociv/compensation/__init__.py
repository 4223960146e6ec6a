"""Ecological compensation: agreements as dated policy, settlement, objection, transfers."""
