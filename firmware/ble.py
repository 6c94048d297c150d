"""What the composition root needs for a BMS over Bluetooth; imported only where one is used."""

import bluetooth


def switch_on(errors):
    """Switches the Bluetooth stack on before the application takes the memory for it."""
    try:
        bluetooth.BLE().active(True)
    except OSError as error:
        errors.append("bms_link: no memory for Bluetooth (%s)" % error)


def make_link(settings, pin, errors):
    """Returns the BLELink that the settings ask for; None, and why among `errors`, if that fails.

    `pin` is the text of the secrets.
    """
    try:
        from ble_link import BLELink
        from ble_radio import Radio
        from ble_target import Target

        target = Target(settings["ble_address"], settings["ble_name"], settings["bms_dialect"])
        return BLELink(Radio(), target, int(pin) if pin else -1)
    except ImportError:
        errors.append("bms_link: needs aioble: mpremote mip install aioble-central aioble-client")
        return None
