"""What a person at the command line did that cannot be done."""


class UsageProblem(Exception):  # noqa: N818 - it is the person's problem, not the program's error
    """One readable line: what, where, and how to mend it. The exit status is 2."""
