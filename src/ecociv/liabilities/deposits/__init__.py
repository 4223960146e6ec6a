"""Restoration deposits and funds of mines (矿山地质环境治理恢复保证金、基金)."""
