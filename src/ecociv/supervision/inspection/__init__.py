"""Inspection tours (督查): samples drawn with a published seed, findings with photographs, follow-up until closed."""
