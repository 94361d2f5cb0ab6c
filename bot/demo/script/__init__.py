"""What the people of the demo's town say over two days, written line by line as data files."""
