"""In the place of wish.py on a board without PSRAM: leaves a wish, and restarts (instead.py)."""

from time import sleep_ms, ticks_ms

import slots
from compat import const
from hardware.reset_cause import restart
from relay.topics import AVAILABILITY
from update.heard import heard, told
from update.marks import KEY, WISH, leave, read

_OFFLINE = b"offline"
_SOON_MS = const(20)
_ROUNDS = const(50)  # for a message to go


def ask(device, value):
    """Has it done by the next start (value: of update.marks); returns False if it cannot be now:
    in a trial, and without a key. Else it does not return."""
    if slots.read()[1] >= 0 or read(KEY) is None:
        return False
    device.output.off()
    device.save()
    device.supervisor.relax()
    try:
        leave(WISH, "%d %s" % (value, told(heard(device))))
    except OSError:  # the flash is full
        return False
    relay = device.relay
    relay.settle(True)
    _send(relay.session)
    if relay.session.idle():
        relay.session.publish(AVAILABILITY, _OFFLINE, len(_OFFLINE), True)
        _send(relay.session)
    device.output.close()
    restart()
    return True


def _send(session):
    for _ in range(_ROUNDS):
        if session.push(ticks_ms()):
            return
        sleep_ms(_SOON_MS)
