"""The SQL of "what stands": the newest revision of each period, as it was known at a moment."""

from __future__ import annotations

READ = "read_parquet($files, hive_partitioning = false)"


def standing(where: str = "true", columns: str = "t.*", *, revised: bool = True) -> str:
    """A query for the newest revision of each period among the rows that ``where`` takes.

    Few periods have more than one revision: those that do are looked up first (whole files and row groups are passed
    over by their statistics), and only their older revisions are taken out. This costs a fraction of sorting every
    period by its revisions.

    Parameters
    ----------
    where
        Condition on columns of the table. For a reading as of a moment it contains
        ``recorded_at <= make_timestamptz($as_of)``: revisions recorded later then do not count.
    columns
        What to select of ``t``.
    revised
        False where the files are known to hold first statements only (:meth:`ecociv.evidence.store.EvidenceStore.query`): there is
        nothing to take out then.

    >>> "revision > 1" in standing("series_id = 1")
    True
    """
    if not revised:
        return f"SELECT {columns} FROM (SELECT * FROM {READ} WHERE {where}) t"
    return f"""
        SELECT {columns} FROM (SELECT * FROM {READ} WHERE {where}) t
        LEFT JOIN (
            SELECT series_id, valid_from, valid_to, max(revision) AS top
            FROM {READ} WHERE revision > 1 AND {where} GROUP BY ALL
        ) newest USING (series_id, valid_from, valid_to)
        WHERE newest.top IS NULL OR t.revision = newest.top
        """
