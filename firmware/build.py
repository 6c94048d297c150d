"""Builds the device as its settings ask for: needed once, then dropped (tools/small/groups.py).

Part by part: a part's builder is loaded, used and dropped, and the garbage collected, before the
next comes. The greediest builders come while little lives yet: the relay's before the screen's.
"""

import board

from device import Device
from starting.memory_told import tell
from unload import unload
from version import VERSION

# What each part needs once. Their order is that of the parts here, and in tools/small/once.py.
_ONCE = (
    ("building.units", "bms.catalog"),
    ("building.heater", "heat.restore", "hardware.reset_cause"),
    ("building.relay", "mqtt.open_codes", "relay.making"),
    ("building.screen", "screen.draw.letters"),
)


def build(early):
    """Returns the Device, ready to be started. `early`: a starting.startup.Startup.

    See docs/memory.md.
    """
    device = Device(early)
    build_bms(device, early)
    finish(0)
    tell(early.memory, "BMS")
    build_heater(device, early)
    build_more(device, early)
    finish(1)
    tell(early.memory, "heater")
    build_relay(device, early)
    finish(2)
    tell(early.memory, "relay")
    build_screen(device, early)
    finish(3)
    tell(early.memory, "screen")
    return device


def finish(part):
    """Drops what has built a part: its modules, and functions of others that nobody needs now."""
    for name in _ONCE[part]:
        unload(name)
    from building.built import drop

    drop(part)
    unload("building.built")


def build_bms(device, early):
    """Gives the device what reads its BMS or BMSs."""
    from building.units import add_to

    add_to(device, early)


def build_heater(device, early):
    """Gives the device its heater, with what was saved of it, its output, and its options."""
    from building.heater import add_to

    add_to(device, early)


def build_more(device, early):
    """Gives the device what few need, or have the memory for."""
    if early.roomy or early.settings["preheat_at"] or early.settings["history_kb"]:
        from building.more import add_to

        add_to(device, early)
    if early.update:
        from update.due import add_to

        add_to(device, early)


def build_relay(device, early):
    """Gives the device its way to the broker, if there is one."""
    if not device.mqtt_used:
        return
    try:
        from building.relay import build_relay as build  # few do without it

        device.relay = build(device, early, (board.NAME, VERSION))
    except ImportError:
        early.errors.append("lib/relay: files are missing; copy the image again")


def build_screen(device, early):
    """Gives the device what is drawn on its panel, and the button."""
    from building.screen import add_to

    add_to(device, early)
    early.settings = early.secrets = None  # the screen is the last part that asks for them
