"""Tiered prices of water and gas: tariffs by date, bills, papers of a hearing."""
