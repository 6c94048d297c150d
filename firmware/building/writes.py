"""What the composition root needs where the BMS may be written to; imported only there."""

from bms import catalog, command, writer
from relay.writes import Writes


def enable(device, unit, password):
    """Gives a Unit its queue of `commands` and the Device `writes` for the relay, if it has any.

    `password` (str) goes to the BMS and nowhere else.
    """
    how = catalog.create_writer(unit.dialect, password.encode())
    if how is None:
        return
    unit.commands = command.Commands(how, unit.check, device.max_age_ms)
    device.writes = Writes(unit.commands, writer.NAMES, writer.UTP)
