"""Wakes up twelve times a second, as the firmware does: 10 Hz and 2 Hz. For the lapse test."""

import asyncio

from machine import WDT

watchdog = WDT(timeout=2500)


async def tick(ms):
    while True:
        await asyncio.sleep_ms(ms)
        watchdog.feed()


async def main():
    asyncio.create_task(tick(100))
    await tick(500)


asyncio.run(main())
