"""Heater pin on under a lease that a Timer ends, watchdog fed each 500 ms; dies as `how` says."""

import asyncio
import sys
import time

import machine
from machine import WDT, Pin, Timer, mem32

heater = Pin(32, Pin.OUT, value=0)
with open("how") as file:
    HOW = file.read()
print("boot", machine.reset_cause())
if machine.reset_cause() != machine.PWRON_RESET:
    HOW = "live"
RELEASE = "release" in HOW  # the watchdog's bite resets the system: timer group 0, stage 0
if "notimer" not in HOW:
    lease_ms = time.ticks_add(time.ticks_ms(), 2000)
else:
    lease_ms = None
watchdog = WDT(timeout=2500)
if RELEASE:
    mem32[0x3FF5F064] = 0x50D83AA1
    mem32[0x3FF5F048] |= 3 << 29
    mem32[0x3FF5F064] = 0


def poll(_timer):
    if lease_ms is not None and time.ticks_diff(time.ticks_ms(), lease_ms) >= 0:
        heater.off()


Timer(0).init(mode=Timer.PERIODIC, period=250, callback=poll)


def die():
    print("dies", HOW)
    if HOW.startswith("busy"):
        while True:
            pass
    if HOW.startswith("reset"):
        machine.reset()
    if HOW == "exit":
        sys.exit(1)
    if HOW == "raise":
        raise RuntimeError("as told")


async def main():
    global lease_ms
    for round in range(100_000):
        heater.on()
        if lease_ms is not None:
            lease_ms = time.ticks_add(time.ticks_ms(), 2000)
        watchdog.feed()
        if round == 10 and not HOW.startswith("live"):
            die()
        await asyncio.sleep_ms(500)


asyncio.run(main())
