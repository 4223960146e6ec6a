"""The yearly self-report of a body (年度自查报告): prefilled from the record, handed in as revisions, reviewed."""
