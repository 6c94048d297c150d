"""An asyncio TCP client over the host's real sockets: sends a line a second, prints the echo."""

import asyncio
import time

import network

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect("bench", "secret")
while not wlan.isconnected():
    time.sleep_ms(100)


async def main():
    with open("port") as file:
        port = int(file.read())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(3):
        writer.write(b"line %d\n" % number)
        await writer.drain()
        start = time.ticks_ms()
        line = await reader.readline()
        print("echo", line, time.ticks_diff(time.ticks_ms(), start) < 500)
        await asyncio.sleep(1)
    print("done")
    while True:
        await asyncio.sleep(1)


asyncio.run(main())
