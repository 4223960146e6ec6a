"""Where a use could go (选址): permitted ground, candidates ranked with reasons, and what would be with other rules."""
