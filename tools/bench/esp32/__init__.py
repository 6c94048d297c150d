"""The emulated ESP32: its process, its virtual time, the chip and what hangs at its pins."""
