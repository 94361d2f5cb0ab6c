"""What can be seen in a browser on the town's own machine."""
