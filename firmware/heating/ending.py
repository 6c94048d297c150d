"""The end of the program: what is told of the heater, and done where the BMS's own output heats.

Imported only then: Ctrl-C is seldom.
"""

from time import sleep_ms, ticks_ms

from compat import const
from hardware.reset_cause import ask

_TICK_MS = const(100)


def say_end(device):
    """Tells a person at the console what is true of the heater. The reset to come is no crash."""
    ask()
    if device.heater.bms_output is not None and not end(device):
        print("stopped, but THE BMS DOES NOT SAY THAT ITS HEATING IS OFF: look in its app")
        return
    print("stopped: the heater is off; the watchdog resets the chip in an hour at the latest")


def end(device):
    """Has the BMS switch its output off before the program ends; returns whether it says so.

    The loop has ended: what its tasks did for that is done here. A second Ctrl-C ends the waiting.
    """
    from heat.options.bms_output import CONFIRM_S

    print("switching the BMS's heating off ...")
    output = device.heater.bms_output
    output.held_off = True
    output.confirmed_off = False
    try:
        for _ in range(CONFIRM_S * 1000 // _TICK_MS):
            _step(device, ticks_ms())
            if output.confirmed_off:
                break
            sleep_ms(_TICK_MS)
    except KeyboardInterrupt:
        pass
    return output.confirmed_off


def _step(device, now):
    for unit in device.bms.units:
        unit.serve(now)
    device.heater.inputs.link_up = device.bms.look(now)
    device.output.look(now)
    device.output.step(device.heater, False, _TICK_MS, now)
