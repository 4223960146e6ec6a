"""The statement of a settlement (生态补偿结算单): what is paid, the corrections, the arithmetic down to the readings."""
