"""What to do where the network that somebody has entered could not be joined."""

from words import WIFI_NAMES, name

_WHAT_TO_DO = {
    "no_network": (
        "This network is not in reach. Is its name right, capitals included? Packmate hears "
        "2.4 GHz only, not 5 GHz."
    ),
    "password": "The network does not take this password. Type it again; capitals count.",
    "security": "The network's protection is none that Packmate knows: set the router to WPA2.",
    "weak": "The network is too weak here: bring the two closer together.",
    "no_address": (
        "The router gave no address within 20 seconds. Does it let in only devices that it knows? "
        "Else try again."
    ),
}
_OTHERS = "The network could not be joined. Try again, and closer to its router."


def advice(reason):
    """Returns a sentence or two. reason: of hardware.net.wifi, a line of words.WIFI_NAMES."""
    return _WHAT_TO_DO.get(name(WIFI_NAMES, reason), _OTHERS)
