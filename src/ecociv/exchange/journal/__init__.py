"""The durable journal of the exchange: what is acknowledged is on the disk, and gives the same state again."""
