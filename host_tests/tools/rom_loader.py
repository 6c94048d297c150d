"""The loader in the ROM of an ESP32 or ESP32-S3, at a TCP port, for the real esptool.

After Espressif's "Serial Protocol" (docs.espressif.com/projects/esptool, Advanced Topics): SLIP
frames; what esptool sends as its flasher stub is taken for running, and answered as it would.
esptool brings no such thing: `espefuse --virt` is of the fuses alone.
"""

import hashlib
import socket
import struct
import threading
import zlib

# Commands, by their numbers there.
MEM_END, SYNC, WRITE_REG, READ_REG = 0x06, 0x08, 0x09, 0x0A
FLASH_BEGIN, FLASH_DATA, DEFL_BEGIN, DEFL_DATA = 0x02, 0x03, 0x10, 0x11
FLASH_MD5, SECURITY_INFO, ERASE_FLASH = 0x13, 0x14, 0xD0
# What need only be said to have been done: parts of a start, the ends, the speed.
ACCEPTED = (0x04, 0x05, 0x07, 0x0B, 0x0D, 0x0F, 0x12)

# The word that tells an ESP32 from others, and the register in which a flash's answer is.
_MAGIC = {0x4000_1000: 0x00F0_1D83}
_ANSWER_OF_FLASH = {0x3FF4_2080: 0x16_40EF, 0x6000_2058: 0x16_40EF}  # W25Q32: 4 MB
_UNKNOWN = b"\1\5"  # failed: no such command
FLASH_BYTES = 4 << 20


class RomLoader:
    """Use as `with RomLoader(chip_id) as chip`; `chip.port` is what esptool is given, `chip.flash`
    what it has written. `spoils`: of what is written a byte gets another value."""

    def __init__(self, chip_id, spoils=False):
        self.flash = bytearray(b"\x5a" * FLASH_BYTES)
        self.commands = []
        self._chip_id = chip_id
        self._spoils = spoils
        self._stub = False
        self._registers = _ANSWER_OF_FLASH | (_MAGIC if chip_id == 0 else {})
        self._at = 0
        self._unpack = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = f"socket://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._listener.close()

    def _serve(self):
        line, _ = self._listener.accept()
        heard = b""
        with line:
            while data := line.recv(65536):
                *frames, heard = (heard + data).split(b"\xc0")
                for frame in filter(None, frames):
                    plain = frame.replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb")
                    for answer in self._answers(plain):
                        body = answer.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc")
                        line.sendall(b"\xc0" + body + b"\xc0")

    def _answers(self, frame):
        """Yields what is sent upon a command."""
        command = frame[1]
        self.commands.append(command)
        value, data, failed = self._do(command, frame[8:])
        status = failed or bytes(2)
        if not self._stub:
            status += bytes(2)
        answer = struct.pack("<BBHI", 1, command, len(data + status), value) + data + status
        yield from [answer] * (8 if command == SYNC else 1)
        if command == MEM_END:
            self._stub = True
            yield b"OHAI"

    def _do(self, command, data):
        """Returns (value, data, b"" or why it failed)."""
        if command == SYNC:
            return 0x2012_0707, b"", b""
        if command == READ_REG:
            return self._registers.get(struct.unpack("<I", data)[0], 0), b"", b""
        if command == SECURITY_INFO and self._chip_id:
            return 0, struct.pack("<IB7BII", 0, 0, *bytes(7), self._chip_id, 0), b""
        if command == ERASE_FLASH:
            self.flash[:] = b"\xff" * FLASH_BYTES
        elif command in (FLASH_BEGIN, DEFL_BEGIN):
            size, self._at = struct.unpack("<I8xI", data[:16])
            self.flash[self._at : self._at + size] = b"\xff" * size
            self._unpack = zlib.decompressobj()
        elif command in (FLASH_DATA, DEFL_DATA):
            self._write(data[16:], command == DEFL_DATA)
        elif command == FLASH_MD5:
            at, size = struct.unpack("<II", data[:8])
            return 0, hashlib.md5(self.flash[at : at + size]).digest(), b""
        elif command not in (WRITE_REG, MEM_END, *ACCEPTED):
            return 0, b"", _UNKNOWN
        return 0, b"", b""

    def _write(self, block, packed):
        plain = bytearray(self._unpack.decompress(block) if packed else block)
        if self._spoils and plain:
            plain[0] ^= 1
        self.flash[self._at : self._at + len(plain)] = plain
        self._at += len(plain)
