"""Draws the scenes of tools/draw/scenes.py with the real framebuf; prints name and CRC-32."""

import binascii

import framebuf
import scenes

for name in scenes.SCENES:
    print(name, "%08x" % binascii.crc32(scenes.draw(name, framebuf).pixels))
