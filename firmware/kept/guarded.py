"""A task beside the heater, which it must not take with it."""

import sys


def each_second(work, words):
    """The task: calls `work` once a second; if that raises, the rest runs on without it. words:
    what the console says then."""
    try:
        while True:
            yield 1000
            work()
    except Exception as error:
        sys.print_exception(error)
        print(words)
    while True:
        yield 1000
