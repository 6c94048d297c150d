"""Draws every scene of tools/scenes.py with the real framebuf and prints name and bytes in hex."""

import binascii

import framebuf
import scenes

for name in scenes.SCENES:
    print(name, binascii.hexlify(scenes.draw(name, framebuf)).decode())
