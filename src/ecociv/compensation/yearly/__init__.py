"""What is computed by the year and paid to counties: the basin's fund, compensation by area; approved, booked, corrected."""
