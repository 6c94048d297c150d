"""What the composition root needs where the BMS may be written to; imported only there."""

from bms import command, writer
from relay.writes import Writes


def enable(device, password):
    """Gives the Device a queue of `commands` and its `writes` for the relay, if its BMS has any.

    `password` (str) goes to the BMS and nowhere else.
    """
    unit = writer.create_writer(device.dialect, password.encode())
    if unit is None:
        return
    device.commands = command.Commands(unit, device.check, device.max_age_ms)
    device.writes = Writes(
        device.commands, writer.NAMES, command.STATES, writer.REASONS, writer.UTP
    )
