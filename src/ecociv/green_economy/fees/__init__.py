"""What is owed for a month of a treatment contract: approved, booked as payable, paid by a row of the bank."""
