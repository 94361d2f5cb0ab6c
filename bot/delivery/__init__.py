"""From a decision to what a channel is asked to do, tried until its outcome is known."""
