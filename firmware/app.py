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


def forget(memory):
    """Drops the last modules that have built the device, and says what memory there is then."""
    from starting.memory_told import tell

    unload("build")
    unload("building")
    tell(memory, "built")
    unload("starting.memory_told")


def run(found):
    """Runs the device; returns on Ctrl-C, and raises what ends it otherwise. The heater is off.

    found: a list with the startup.Startup, which is taken out of it; at the end there is for how
    long it ran, in s, and its starting.heaps.Heaps, for kept/crash.py.
    """
    device = make_device(found)
    forget(device.memory)
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
        from heating.ending import say_end

        say_end(device)
