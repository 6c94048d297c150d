"""Driver of an ILI9341 panel on SPI: the commands of an ST7789, and registers for the glass.

Sections are those of the ILITEK ILI9341 datasheet, version 1.11. It allows 10 MHz for writing
(18.3); makers of boards use 40 MHz and more.
"""

from hardware.panels import st7789


class Panel(st7789.Panel):
    """An ILI9341 wired as the board says; otherwise as st7789.Panel."""

    # Registers in which the usual glass differs from what a reset leaves, one after the other:
    # length, command, parameters. 8.3.16 PWCTRL1: 4.6 V for the greys; 8.3.20 VMCTRL1: common
    # electrode at 4.25 V and -1.5 V; 8.3.21 VMCTRL2: the same 58 steps lower.
    _registers = b"\x02\xc0\x23\x03\xc5\x3e\x28\x02\xc7\x86"

    def _start(self):
        super()._start()
        registers = self._registers
        at = 0
        while at < len(registers):
            end = at + 1 + registers[at]
            self._command(registers[at + 1], registers[at + 2 : end])
            at = end
