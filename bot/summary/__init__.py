"""What the archive tells leaders and admins: first weeks, weekly summaries, the group audit."""
