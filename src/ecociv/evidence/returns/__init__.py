"""Departmental returns (统计报表): declared forms, what is filled in, reviewed, accepted and locked."""
