"""The two forms on the page of GB/T 9704-2012: PDF by Typst, Word by python-docx."""
