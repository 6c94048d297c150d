"""The application: builds the device, runs its tasks, and ends it safely."""

# Parts are None until build.py has made them.
# pyright: reportAttributeAccessIssue=false

from tasks import run_all
from unload import unload


def make_device(found):
    """Returns the Device. What was `found` at the start is taken out of there."""
    from build import build

    device = build(found[0])
    found.clear()
    return device


def forget():
    """Drops the last modules that have built the device."""
    unload("build")
    unload("building")


def _say_end(device):
    """Tells the person at the console what is true of the heater."""
    if device.heater.bms_output is not None:
        from heating.ending import end  # for the few who have one

        if not end(device):
            print("stopped, but THE BMS DOES NOT SAY THAT ITS HEATING IS OFF: look in its app")
            return
    print("stopped: the heater is off; the watchdog resets the chip in an hour at the latest")


def run(found):
    """Runs the device; returns on Ctrl-C, and raises what ends it otherwise. The heater is off.

    found: a list with the startup.Startup, which is taken out of it; at the end there is for how
    long it ran, in s, and its starting.heaps.Heaps, for kept/crash.py.
    """
    device = make_device(found)
    forget()
    device.memory.tell("built")
    try:
        try:
            run_all(device)
        finally:
            device.output.close()
            device.supervisor.relax()
            found.append(device.uptime_s)
            found.append(device.memory)
    except KeyboardInterrupt:
        device.supervisor.stand_down()
        _say_end(device)
