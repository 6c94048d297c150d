"""What the composition root needs where the BMS may be written to; imported only there."""

from bms import command, writer
from relay.writes import Writes


def make_commands(dialect, check, max_age_ms, password):
    """Returns the queue of commands to a dialect's unit; None if that cannot be written to.

    `password` (str) goes to the BMS and nowhere else.
    """
    unit = writer.create_writer(dialect, password.encode())
    return None if unit is None else command.Commands(unit, check, max_age_ms)


def make_relay_part(commands):
    """Returns what the relay needs to take commands and to tell how they went."""
    return Writes(commands, writer.NAMES, command.STATES, writer.REASONS, writer.UTP)
