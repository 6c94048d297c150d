"""Switches the heater pin on and off for ever, and never idles."""

from machine import Pin

heater = Pin(32, Pin.OUT, value=0)
while True:
    heater.toggle()
    for _ in range(20_000):
        pass
