"""Official documents (公文): one content, laid out by GB/T 9704-2012 as PDF and Word, with the tables as a workbook."""
