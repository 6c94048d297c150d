"""The bench's end of the channel to the firmware; see standins/bench_ops.py for what is said."""

import struct

from tools.bench.standins import bench_ops as ops

NEVER_US = 1 << 60
_CELLS = struct.Struct(f"<{ops.CELLS}q")
_HEAD = struct.Struct(ops.HEAD)
_IDLE = struct.Struct(ops.IDLE_BODY)


class Idling:
    """What the firmware said when it began to idle; `until_us` in the bench's virtual time."""

    def __init__(self, until_us, handled, seen, uarts, sockets):
        self.until_us = until_us
        self.handled = handled  # timers' counts as the firmware has served them
        self.seen = seen  # serial number of the last reply or alarm that it has taken
        self.uarts = uarts  # bit per UART whose bytes end the idling
        self.sockets = sockets  # it watches real sockets as well


class FirmwareLink:
    """Cuts the stream into records, makes replies, remembers what the firmware has been told.

    `start_us` is what the firmware's clock says at a reset.
    """

    def __init__(self, chip, lines, start_us):
        self.boot_us = 0
        self._chip = chip
        self._lines = lines
        self._start_us = start_us
        self._rest = b""
        self._serial = 0
        self._told = None  # (fired, inputs, driven, wifi)
        self._told_given = {}  # UART -> bytes it knows to be in its pty

    def restart(self, boot_us):
        """A new process begins at virtual time `boot_us`."""
        self.boot_us = boot_us
        self._rest = b""

    def records(self, data):
        """Yields (op, arg, n, t_us, body) for each complete record, t_us in bench's time."""
        data = self._rest + data
        self._rest = b""
        at = 0
        end = len(data)
        offset_us = self.boot_us - self._start_us
        while end - at >= ops.HEAD_SIZE:
            op, arg, n, t_us = _HEAD.unpack_from(data, at)
            after = at + ops.HEAD_SIZE + (n if op >= ops.PAYLOAD else 0)
            if after > end:
                break
            body = data[at + ops.HEAD_SIZE : after] if op >= ops.PAYLOAD else b""
            at = after
            yield op, arg, n, t_us + offset_us, body
        self._rest = data[at:]

    def idling(self, body):
        """Returns the Idling of an IDLE record's body."""
        until_us, handled, seen, uarts, sockets = _IDLE.unpack(body)
        until_us = NEVER_US if until_us < 0 else until_us + self.boot_us - self._start_us
        return Idling(until_us, handled, seen, uarts, sockets)

    def cells(self, t_us, real_us, spent_us, flags=0, free_us=0):
        """Returns the bytes of a reply or alarm that tells how things are now, at `t_us`.

        `spent_us`: CPU time of the firmware's process, -1 if the system does not tell. `free_us`:
        how long nothing comes from here.
        """
        t_us += self._start_us - self.boot_us
        self._serial += 1
        self._told = fired, inputs, driven, wifi = self._state()
        self._told_given = given = {line.uart: line.given for line in self._lines}
        return _CELLS.pack(
            t_us - real_us,
            inputs,
            fired,
            given.get(1, 0),
            given.get(2, 0),
            wifi,
            flags,
            self._serial,
            driven,
            self._chip.rtc_jump_us,
            t_us,
            spent_us,
            self._chip.idf_taken,
            t_us + free_us,
        )

    def has_changed(self):
        """True if the state of things is not what was told last."""
        return self._told != self._state()

    def has_news(self, idling):
        """True if an idling firmware must be woken: timers, inputs, or what it has not seen."""
        told = self._told
        return (
            idling.handled != self._chip.fired()
            or idling.seen != self._serial
            or told[1] != self._chip.inputs
            or told[2] != self._chip.driven
        )

    def has_untold_bytes(self, uarts):
        """True if one of the UARTs (a bit each) has bytes that the firmware does not know of."""
        for line in self._lines:
            if uarts >> line.uart & 1 and line.given != self._told_given.get(line.uart):
                return True
        return False

    def _state(self):
        chip = self._chip
        return (chip.fired(), chip.inputs, chip.driven, chip.wifi.state)
