"""The report of a leaving-office audit (离任审计报告) as a file."""
