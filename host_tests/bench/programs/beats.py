"""A timer beats while the main thread sleeps; each says when, in µs since the timer was set."""

import time

from machine import Timer

beats = []
woken = []


def since():
    return time.ticks_diff(time.ticks_us(), start)


start = time.ticks_us()
timer = Timer(0)
timer.init(period=30, callback=lambda _: beats.append(since()))
for _ in range(20):
    time.sleep_ms(50)
    woken.append(since())
timer.deinit()
print("beats", *beats)
print("woken", *woken)
while True:
    time.sleep(1000)
