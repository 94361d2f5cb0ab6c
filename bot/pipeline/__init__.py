"""The way of a message: stored, judged, acted on. One writer keeps every room's order."""
