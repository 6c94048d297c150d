"""Asks the BMS for everything once a second by asyncio streams; prints what it got."""

import asyncio
import time

from machine import UART

READ_ALL = bytes.fromhex("4e5700130000000006030000000000006800000129")
uart = UART(1, baudrate=115200, tx=26, rx=25, rxbuf=512)


async def main():
    reader = asyncio.StreamReader(uart)
    while True:
        start = time.ticks_us()
        uart.write(READ_ALL)
        data = await reader.readexactly(4)
        first = time.ticks_diff(time.ticks_us(), start)
        data += await reader.readexactly((data[2] << 8 | data[3]) - 2)
        whole = time.ticks_diff(time.ticks_us(), start)
        good = sum(data[:-2]) & 0xFFFF == data[-2] << 8 | data[-1]
        print("reply", len(data), first, whole, good)
        await asyncio.sleep_ms(1000)


asyncio.run(main())
