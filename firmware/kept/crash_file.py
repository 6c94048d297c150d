"""Where the record of a crash is (crash.py)."""

import os

UNTOLD = "crash.new"  # until MQTT has told it, if there is a broker
TOLD = "crash.json"


def keep_told():
    """The record was told; it stays in flash until the next one has been."""
    try:
        os.rename(UNTOLD, TOLD)
    except OSError as error:
        print("crash.new:", error)
