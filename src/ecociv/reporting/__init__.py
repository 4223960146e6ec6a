"""Reports of the zone as office documents: one content, three forms (Word, PDF, workbook)."""
