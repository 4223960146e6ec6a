"""The request that net removals of a forest-carbon project be issued (签发申请), as Word, PDF and workbook."""
