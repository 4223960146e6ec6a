"""Natural resource accounts: balance sheet, ecosystem product, leaving-office audit."""
