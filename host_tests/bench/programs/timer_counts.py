"""Counts what a Timer of 1 ms calls; prints that, and for how many ms it has run."""

import time

from machine import Timer

calls = [0]


def count(_timer):
    calls[0] += 1


start = time.ticks_ms()
Timer(0).init(mode=Timer.PERIODIC, period=1, callback=count)
while True:
    time.sleep_ms(20)
    print("calls", calls[0], "ms", time.ticks_diff(time.ticks_ms(), start))
