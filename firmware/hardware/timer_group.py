"""What the watchdog's bite does to the pins: the registers of timer group 0's main watchdog.

MicroPython's WDT is ESP-IDF's task watchdog, which counts in this hardware: its stage 0 is an
interrupt, whose panic prints for 0.16 s and then resets the *processors*. Pins keep their level
through that, until the new start sets them: 0.8 s more with the mat on. As a *system reset*,
stage 0 releases every pin at the moment it is due (a core reset, 0x07 in the reset causes).

ESP32 Technical Reference Manual 5.2: 19.3.1 (stages, write protection), 18.4 (registers), 3.1
("Core reset: Resets all the digital registers, including CPU cores, external GPIO and digital
GPIO"). The ESP32-S3 has the same registers at the same offsets (ESP-IDF's timer_group_reg.h for
both; its manual, 7.1, for the reset), and nobody has tried it there. The C3's take effect by a
further bit and are not served by this. `board.TIMER_GROUP_0` is the group's address, 0 where this
is not to be touched.
"""

from machine import mem32

from compat import const

_CONFIG0 = const(0x48)  # TIMGn_WDTCONFIG0_REG
_PROTECT = const(0x64)  # TIMGn_WDTWPROTECT_REG: only with the key in it can others be written
_KEY = const(0x50D83AA1)
_STAGE_0 = const(0x60000000)  # TIMG_WDT_STG0, bits 30:29; 3: reset the system


def release_pins_on_bite(group):
    """Makes stage 0 a system reset; returns whether the chip has taken it.

    Each WDT() undoes it. Allocates: these registers do not fit a small integer.
    """
    mem32[group + _PROTECT] = _KEY
    mem32[group + _CONFIG0] |= _STAGE_0
    taken = mem32[group + _CONFIG0] & _STAGE_0 == _STAGE_0
    mem32[group + _PROTECT] = 0
    return taken
