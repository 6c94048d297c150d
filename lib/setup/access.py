"""The device's own network, which a phone joins to set it up: its name, its password, both as one.

Where there is a screen the password is a random one, made once, which the screen shows. Where
there is none nobody could read it: it follows from the network's name, and is no secret then;
somebody has to be at the device to have it open that network at all.
"""

from compat import const

PASSWORD_LETTERS = const(10)
ADDRESS = "192.168.4.1"  # which an ESP32 has in a network of its own
_SHOWN = const(6)  # digits of the chip's number
# 32, none of which looks like another, and none so wide that ten have no room on a small panel.
_LETTERS = "abcdefghijknpqrstuvxyz0123456789"


def network_name(unit):
    """Returns the network's name. unit: the chip's number, hexadecimal."""
    return "Packmate-" + unit[-_SHOWN:]


def random_password(noise):
    """Returns a password made of PASSWORD_LETTERS random bytes."""
    return "".join([_LETTERS[byte & 31] for byte in noise])


def is_password(text):
    """True if this is one that random_password has made."""
    return len(text) == PASSWORD_LETTERS and all([letter in _LETTERS for letter in text])


def plain_password(unit):
    """Returns the password of a device without a screen."""
    return "packmate-" + unit[-_SHOWN:]


def qr_text(name, password):
    """Returns what a phone's camera takes for a network to join (name and password without
    punctuation, which would have to be marked), as bytes."""
    return ("WIFI:T:WPA;S:%s;P:%s;;" % (name, password)).encode()
