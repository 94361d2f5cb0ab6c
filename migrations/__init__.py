"""The archive's history of shapes, run by `qingqun db upgrade`."""

#: The newest migration; a test keeps it so.
HEAD = "0004"
