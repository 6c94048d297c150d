"""Which BMSs answer, before an update and after it: who does not hear them has not proved itself.

Only those on a cable are asked for: one on Bluetooth may fall asleep, or be with a phone, at any
moment. And only those that answered when the update was taken: a pack may rest for months.
"""

_HEARD = "heard_"  # in the file `slot`, before a number: a bit for each


def heard(device):
    """Returns which BMSs on a cable answer now: a bit for each of the units."""
    bits = 0
    for number, unit in enumerate(device.bms.units):
        if unit.ble is None and unit.answering:
            bits |= 1 << number
    return bits


def told(bits):
    """Returns how slots.write has it."""
    return _HEARD + str(bits) if bits else ""


def wanted(why):
    """Returns the bits of what slots.read has."""
    number = why[len(_HEARD) :]
    return int(number) if why.startswith(_HEARD) and number.isdigit() else 0
