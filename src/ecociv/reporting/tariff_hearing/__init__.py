"""The paper of a hearing on a tiered tariff (听证方案), as Word, PDF and workbook."""
