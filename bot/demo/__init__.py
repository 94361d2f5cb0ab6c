"""A town to try: simulated people, the real pipeline, and a page on this machine.

Nothing here decides anything. The people's posts are written down in `script/`; what becomes of
them is the pipeline's doing, and the page shows what the world and the judge report.
"""
