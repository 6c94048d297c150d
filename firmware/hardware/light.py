"""A light sensor (LDR) at an analogue pin."""

import board
from machine import ADC, Pin

_FULL = 65535


class Light:
    """On the ESP32-2432S028 more light is less voltage."""

    def __init__(self, pin_number):
        self._adc = ADC(Pin(pin_number), atten=ADC.ATTN_0DB)

    def percent(self):
        """Returns how bright it is around, 0 to 100; of no known unit."""
        return 100 - self._adc.read_u16() * 100 // _FULL


def light_sensor():
    """Returns a function that tells how bright it is around, or None on a board without one."""
    return None if board.LIGHT_PIN < 0 else Light(board.LIGHT_PIN).percent
