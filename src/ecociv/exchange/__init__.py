"""The exchange: registry of rights, matching, settlement, durable journal."""
