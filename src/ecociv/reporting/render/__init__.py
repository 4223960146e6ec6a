"""The three forms of a report: Word, PDF and workbook. A renderer lays out a `Document` and decides nothing about it."""
