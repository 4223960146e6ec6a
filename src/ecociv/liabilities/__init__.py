"""Damage to the environment and its restoration: assessment, payment, deposits."""
