"""A serial cable between a UART of the chip and a simulated device: a real pty, in virtual time.

The device hands out its bytes at their line rate; whatever is due by the time the firmware looks
is in the pty by then. The cable may be pulled, or pick up noise.
"""

import os
import random
import select
import tty

_CHUNK_US = 3_000  # a waiting firmware is woken this often while bytes stream in
_PTY_WAIT_MS = 200  # real time that the kernel may take to carry bytes through a pty
_NOISE = 0.004  # chance of each fault on each byte


class Nobody:
    """An open end of the cable: a device that hears and says nothing."""

    baud = 115_200
    requests = rejected = replies = 0

    def receive(self, data, t_us):
        """See SerialLine."""

    def next_byte_us(self):
        """See SerialLine."""
        return None

    def take(self, t_us):
        """See SerialLine."""
        return b""


class SerialLine:
    """Cable from `device` to UART `uart`, whose pins on the board are `tx` and `rx`.

    A device has `baud`; `receive(data, t_us)` takes bytes that have just arrived;
    `next_byte_us()` says when its next byte is complete, or None; `take(t_us)` returns those
    complete by then. The chip's UART must be set up with these pins and this rate: on other pins
    nothing arrives, at another rate rubbish does.

    A device whose `rs485` is true sits on a half-duplex bus behind a transceiver, whose driver is
    enabled by pin `de` of the chip: what is written while it is off goes nowhere, and what comes
    while it is on is lost (`collisions`).
    """

    def __init__(self, device, uart, tx, rx, chip, seed=1):
        self.device = device
        self.uart = uart
        self.unplugged = False
        self.garbled = False
        self.cutting = False  # pulled as soon as the middle of a frame is on the wire
        self.to_device = 0
        self.from_device = 0
        self.given = 0  # bytes put into the pty since it was opened
        self.path = ""
        self.de = None
        self.collisions = 0
        self._driving = False
        self._sending = (b"", 0)  # what the chip writes to the bus, and since when
        self._chip = chip
        self._pins = (tx, rx)
        self._random = random.Random(seed)
        self._master = self._slave = None

    def open(self):
        """Makes a new pty, for a chip just reset; returns the descriptor for the firmware."""
        self.close()
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._slave, False)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self.given = 0
        return self._slave

    def close(self):
        """Frees the pty."""
        for fd in (self._master, self._slave):
            if fd is not None:
                os.close(fd)
        self._master = self._slave = None

    def connect(self, device, t_us):
        """Puts the cable into another device at `t_us`."""
        self.device.take(t_us)
        device.take(t_us)
        self.device = device
        self._sending = (b"", 0)

    def drive(self, on, t_us):
        """The transceiver's driver is switched at `t_us`."""
        if on == self._driving:
            return
        if on:
            self.pump(t_us)
        else:
            self._arrive(t_us)
            self.collisions += len(self.device.take(t_us))
        self._driving = on

    def next_due_us(self):
        """Returns when a waiting firmware should be woken for bytes, or None."""
        byte_us = self.device.next_byte_us()
        return None if byte_us is None else byte_us + _CHUNK_US

    def pump(self, t_us):
        """Puts all bytes due by `t_us` into the pty; returns how many."""
        data = self.device.take(t_us)
        if not data or self._master is None or self.unplugged:
            return 0
        if self._driving and self._is_bus():
            self.collisions += len(data)
            return 0
        setup = self._chip.uarts.get(self.uart)
        if setup is None or setup[2] != self._pins[1]:
            return 0
        self.from_device += len(data)
        if self.cutting and self.device.next_byte_us() is not None:
            self.cutting = False
            self.unplugged = True
        if self.garbled:
            data = self._noise(data)
        if abs(setup[0] - self.device.baud) * 30 > self.device.baud:
            data = bytes(self._random.randrange(256) for _ in data)
        try:
            n = os.write(self._master, data)
        except BlockingIOError:  # nobody reads: the pty is full, and a UART's buffer long since
            return 0
        self.given += n
        return n

    def chip_wrote(self, n, t_us):
        """The firmware has put `n` bytes into the pty at `t_us`."""
        data = self._read(n)
        setup = self._chip.uarts.get(self.uart)
        if setup is None or self.unplugged or setup[1] != self._pins[0]:
            return
        if abs(setup[0] - self.device.baud) * 30 > self.device.baud:
            data = bytes(self._random.randrange(256) for _ in data)
        if self.garbled:
            data = self._noise(data)
        if self._is_bus():
            if self._driving:
                self._arrive(t_us)
                self._sending = (data, t_us)
            return
        self._deliver(data, t_us + n * 10_000_000 // self.device.baud)

    def _is_bus(self):
        return self.de is not None and getattr(self.device, "rs485", False)

    def _arrive(self, t_us):
        """Lets the device have what was on the bus by `t_us`, when the driver is switched off."""
        data, start_us = self._sending
        self._sending = (b"", 0)
        sent = min(len(data), (t_us - start_us) * self.device.baud // 10_000_000)
        if sent > 0:
            self._deliver(data[:sent], start_us + sent * 10_000_000 // self.device.baud)

    def _deliver(self, data, t_us):
        self.to_device += len(data)
        self.device.receive(data, t_us)

    def _read(self, n):
        data = b""
        while len(data) < n:
            waiting = select.poll()
            waiting.register(self._master, select.POLLIN)
            if not waiting.poll(_PTY_WAIT_MS):
                break
            data += os.read(self._master, n - len(data))
        return data

    def _noise(self, data):
        """Flips bits, drops and doubles bytes."""
        out = bytearray()
        for byte in data:
            dice = self._random.random()
            if dice < _NOISE:
                byte ^= 1 << self._random.randrange(8)
            elif dice < 2 * _NOISE:
                continue
            elif dice < 3 * _NOISE:
                out.append(self._random.randrange(256))
            out.append(byte)
        return bytes(out)
