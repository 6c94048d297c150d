"""A second thread sleeps and reads the time while the main thread idles; prints both views."""

import _thread
import asyncio
import gc
import time

cells = bytearray(4)
lasting = [0, 0]


def other():
    for _ in range(20):
        start = time.ticks_ms()
        time.sleep_ms(100)
        passed = time.ticks_diff(time.ticks_ms(), start)
        if passed < 100:
            cells[0] += 1
        lasting[0] += passed
    cells[1] = 1


async def main():
    _thread.start_new_thread(other, ())
    start = time.ticks_ms()
    while not cells[1]:
        await asyncio.sleep_ms(20)
        bytearray(200)
        gc.collect()
    lasting[1] = time.ticks_diff(time.ticks_ms(), start)
    print("threads", cells[0], lasting[0], lasting[1])
    while True:
        await asyncio.sleep_ms(1000)


asyncio.run(main())
