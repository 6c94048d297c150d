"""What wrong wiring looks like from within: how to tell it by the bytes that come.

A line of RS485 whose A and B are swapped arrives inverted, with the idle level between frames for
start bits, so that the bytes are regrouped. These pieces come often where a JK talks: the display
port's two dialects (that of PB units is captured, jk.md §7 F6), and a bus with a master and its
units.
"""

SWAPPED = (b"\x4b\xb5\x7d", b"\xa9\xdf\x7e", b"\x37\xf7\xfb", b"\x55\x95\xe1")
