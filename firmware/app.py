"""The application: builds the device, runs its tasks, and ends it safely."""

# Parts are None until build.py has made them.
# pyright: reportAttributeAccessIssue=false

import asyncio

import board
import machine

from tasks import run_all
from unload import unload


def make_device():
    """Returns the Device; what only reads settings and builds is gone afterwards (10 kB)."""
    from build import build
    from startup import early

    device = build(early[0])
    early.clear()
    forget()
    device.memory.tell("built")
    return device


def forget():
    """Drops what has read the settings and built the device."""
    for name in ("build", "building", "startup"):
        unload(name)


def _say_end(device):
    """Tells the person at the console what is true of the heater."""
    if device.heater.bms_output is not None:
        from ending import end  # for the few who have one

        if not end(device):
            print("stopped, but THE BMS DOES NOT SAY THAT ITS HEATING IS OFF: look in its app")
            return
    print("stopped: the heater is off; the watchdog resets the chip in an hour at the latest")


def run():
    """Runs the device; returns on Ctrl-C, and raises what ends it otherwise. The heater is off."""
    machine.freq(board.CPU_HZ)
    device = make_device()
    try:
        try:
            asyncio.run(run_all(device))
        finally:
            device.output.close()
            device.supervisor.relax()
    except KeyboardInterrupt:
        device.supervisor.stand_down()
        _say_end(device)
