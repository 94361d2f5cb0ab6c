"""The archive's history of shapes, run by `qingqun db upgrade`."""
