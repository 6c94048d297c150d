"""An update that is asked for over MQTT; in an image for a board without PSRAM: wish_small.py."""


def ask(device, value):
    """Has it done (value: of update.marks); returns False if it cannot be now."""
    return device.updater.ask(value)
