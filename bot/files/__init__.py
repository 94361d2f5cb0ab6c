"""What files and pictures show: read in a process of its own, within limits, beside the pipeline.

`glance` and `worker` belong to the bot's process; `child` and what it imports to the other one,
so nothing is gathered here.
"""
