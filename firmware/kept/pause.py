"""Flash, between two steps of the heater."""

from time import ticks_ms


def write(device, work):
    """Returns work(), which writes to the flash: the pin is low meanwhile.

    A sector takes up to 0.4 s to erase, in which nothing else runs; the heater's next step, half
    a second later, switches on again.
    """
    device.output.off()
    device.supervisor.relax()
    try:
        return work()
    finally:
        device.supervisor.excuse(ticks_ms())
