"""Draws every scene of tools/scenes.py with the real framebuf; prints name and CRC-32 of each."""

import binascii

import framebuf
import scenes

for name in scenes.SCENES:
    print(name, "%08x" % binascii.crc32(scenes.draw(name, framebuf).pixels))
