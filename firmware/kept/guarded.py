"""A task beside the heater, which it must not take with it."""

import sys


def each(work, words):
    """The task: calls `work`, which returns in how many ms it is to be called again; if it raises,
    the rest runs on without it. words: what the console says then."""
    try:
        while True:
            yield work()
    except Exception as error:
        sys.print_exception(error)
        print(words)
    while True:
        yield 1000


def each_second(work, words):
    """The task that calls `work` once a second; see `each`."""

    def work_and_rest():
        work()
        return 1000

    return each(work_and_rest, words)
