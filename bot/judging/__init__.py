"""From a reading to a decision: which policies apply, what they find, and the ladder."""
