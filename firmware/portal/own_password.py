"""The password of the device's own network, which stays the same from one set-up to the next."""

import os

import board

from setup.access import PASSWORD_LETTERS, is_password, plain_password, random_password

_FILE = "hotspot.txt"
_NO_PANEL = "hardware.panels.no_panel"


def find(unit):
    """Returns it. unit: the chip's number, hexadecimal. Where no screen can show it, it is the one
    that is known for the unit, and the console tells it."""
    if board.PANEL == _NO_PANEL:
        password = plain_password(unit)
        print("its password is", password)
        return password
    try:
        with open(_FILE) as file:
            password = file.read(PASSWORD_LETTERS)
        if is_password(password):
            return password
    except (OSError, ValueError):
        pass
    password = random_password(os.urandom(PASSWORD_LETTERS))
    try:
        with open(_FILE, "w") as file:
            file.write(password)
    except OSError:
        pass  # then it is another one the next time
    return password
