"""The wired link allocates nothing: reading, writing, letting go of the bus, looking for why."""

import sys

import fake_uart

sys.modules["machine"] = fake_uart

import harness  # noqa: E402

from bms import catalog  # noqa: E402
from bms.pack import PackState  # noqa: E402
from links.uart_link import UARTLink  # noqa: E402

rx = bytearray(256)
tx = bytearray(32)
fake_uart.received[100:104] = b"\xaa\x55\xaa\xff"


def passes(link, dialect):
    fake_uart.waiting = 200
    link.readinto(rx)
    link.watch(False, dialect)
    fake_uart.waiting = 0
    link.readinto(rx)
    link.watch(False, dialect)
    link.write(tx, 11)
    link.free_bus(0)
    link.watch(True, dialect)


for name in catalog.WIRED:
    known = catalog.WIRED, catalog.SIGNS + catalog.SWAPPED
    link = UARTLink(1, 25, 26, catalog.baud(name), known, 22)
    dialect = catalog.create(name, PackState(), 256, 1000)
    harness.check_no_alloc(
        "link of " + name, lambda link=link, dialect=dialect: passes(link, dialect)
    )
print("OK")
