"""A BLE link's hot paths allocate nothing: interrupt, readinto, write, and looking for a unit."""

import fake_aioble
import harness

from links.ble_link import BLELink
from links.ble_radio import Radio
from links.ble_target import Target

NOTIFY = 18
SCAN_RESULT = 5

radio = Radio()
other = BLELink(radio, Target(dialect="ant_new"))
link = BLELink(radio, Target(dialect="jk_ble"))
irq = fake_aioble.ble.handler
link.conn, link.handle = 1, 5
link.write_handle = 3
link.up = True
buf = bytearray(256)
tx = bytearray(32)

piece = (1, 5, memoryview(bytes(range(128))))
short = (1, 5, memoryview(b"AT\r\n"))


def stream():
    for _ in range(4):
        irq(NOTIFY, piece)
        irq(NOTIFY, short)
    while link.pending:
        link.readinto(buf)


def overflow():
    for _ in range(20):
        irq(NOTIFY, piece)
    while link.pending:
        link.readinto(buf)


small = bytearray(50)


def small_buffer():
    irq(NOTIFY, piece)
    while link.pending:
        link.readinto(small)


def nothing():
    link.readinto(buf)


def send():
    link.write(tx, 20)
    link.write(tx, 10)
    link.write(tx, 32)


ADDRESS = memoryview(b"\xc8\x47\x8c\0\0\1")
FOREIGN = b"\x02\x01\x06\x03\x03\x0f\x18\x09\x09Heart one\x05\xff\x4c\x00\x02\x15"
advert = (1, ADDRESS, 0, -60, memoryview(FOREIGN))
named = Target(name="Heart two")
ours = Target(dialect="jk_ble")
finders = [named, ours]


def scan():
    for finder in finders:
        radio.finder = finder
        irq(SCAN_RESULT, advert)
    radio.finder = None
    irq(SCAN_RESULT, advert)


harness.check_no_alloc("notifications and reading them", stream)
harness.check_no_alloc("a full ring", overflow)
harness.check(link.overflows > 0, "the ring never was full")
harness.check_no_alloc("a buffer smaller than a notification", small_buffer)
harness.check_no_alloc("nothing to read", nothing)
harness.check_no_alloc("requests", send)
harness.check_no_alloc("advertisements of others", scan)
harness.check(not fake_aioble.core.passed, "passed to aioble what is not for it")
