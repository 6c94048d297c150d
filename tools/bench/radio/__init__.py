"""Bluetooth without hardware: BMS units as GATT servers and the ESP32's radio, on bumble.

`Air` is where they meet; `Unit` is a BMS that a simulator speaks for; the firmware reaches it
through standins/bluetooth.py.
"""
