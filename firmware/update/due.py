"""The task of a start that has something to do with an update over Wi-Fi that has come."""

from compat import const
from update.marks import ON_TRIAL

_BUILT_MS = const(20_000)
_NEVER_MS = const(0x0FFFFFFF)


def add_to(device, early):
    """Gives the device that task. early: startup.Startup, with its `update`."""
    journal = device.journal if early.roomy else None
    task = _after(device, early.update == ON_TRIAL, not early.roomy, journal)
    device.extras += (task,)


def _after(device, on_trial, tells, journal):
    """What it needs is loaded when all is built: before that there is no room for it."""
    yield _BUILT_MS
    from update.after import prove, tell

    if on_trial:
        yield from prove(device, journal)
    if tells and device.relay is not None:
        yield from tell(device)
    while True:
        yield _NEVER_MS
