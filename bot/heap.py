"""The garbage collector's part in a process that must answer within milliseconds."""

import gc


def settle() -> None:
    """What start-up has made stays for good: it is not searched for garbage again and again.

    A full search walks every object there is, some hundred milliseconds for a loaded reader, in
    which no message is answered. What is made from now on is searched as before.
    """
    gc.collect()
    gc.freeze()
