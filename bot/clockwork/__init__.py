"""What the clock asks for. All of it is state in the archive; the alarm only says when to look."""
