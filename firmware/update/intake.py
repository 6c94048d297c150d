"""A bundle of the application's files, taken in as it comes, and refused in words.

MAGIC; the length of the header (32 bits, big-endian); the header, a JSON object; the signature of
all that (signature.py); then the files, one after the other. The header has `board`, `version`,
`number` (higher for each bundle that is made) and `files`: [path, bytes, SHA-256 in hexadecimal]
of each. So who has made it, and for whom, is known before the first file is taken.
"""

import json
import os
from binascii import hexlify
from hashlib import sha256

from compat import const
from update.marks import HEADER
from update.signature import BYTES, is_signed

MAGIC = b"PACKMATE BUNDLE 1\n"

_HEADER_BYTES = const(65_536)
_MOST_FILES = const(600)
_MOST_BYTES = const(1_500_000)
_LONGEST_PATH = const(64)
_SPARE_BYTES = const(65_536)  # that the flash must keep
_PIECE = const(2048)
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-"


class Refused(Exception):
    """Why a bundle is not taken, in words."""


class Older(Refused):
    """It is no newer than what runs: it could be taken, if that is wanted."""


class Gathered:
    """Bytes that come in pieces: buf[0:got]. They have their place at once: a heap without PSRAM
    has none for a second one."""

    def __init__(self, size):
        self.buf = bytearray(size)
        self.got = 0

    def take(self, data, at):
        """Takes what it wants of data[at:]; returns where the rest begins."""
        size = min(len(self.buf) - self.got, len(data) - at)
        self.buf[self.got : self.got + size] = data[at : at + size]
        self.got += size
        return at + size


class Bundle:
    """Takes a bundle piece by piece: `feed`, until it is `complete`, then `check`.

    key: the modulus, None for no key; board: the device's board.NAME; version, number: what runs,
    and the highest number that has; older: what is older is taken, too. place: the folder for the
    files, None to look at the header only. `header`: None until it is believed.
    """

    def __init__(self, key, board, version, number, older, place):
        self.header = None
        self.complete = False
        self.got = self.size = 0  # bytes of the files
        self._key = key
        self._board = board
        self._version = version
        self._number = number
        self._place = place
        self._older = older
        self._head = Gathered(len(MAGIC) + 4)
        self._text = self._signature = None
        self._at = 0  # which file
        self._left = 0  # bytes of it
        self._file = self._sum = None

    def feed(self, data):
        """Takes the next bytes; raises Refused, OSError."""
        at = 0
        if self.header is None:
            at = self._take_head(data)
            if self.header is None or self._place is None:
                return
            self._begin()
        while at < len(data) and not self.complete:
            piece = data[at : at + self._left]
            self._file.write(piece)
            self._sum.update(piece)
            at += len(piece)
            self.got += len(piece)
            self._left -= len(piece)
            if not self._left:
                self._end()
        if at < len(data):
            raise Refused("damaged: there is more in it than it says")

    def close(self):
        """Gives back the file that was being written."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def check(self):
        """Reads all files again, and writes beside them what they are: a generator of pauses.

        Raises Refused if the flash has kept something else.
        """
        buf = memoryview(bytearray(_PIECE))
        for path, _, expected in self.header["files"]:
            found = sha256()
            with open(self._place + "/" + path, "rb") as file:
                while True:
                    size = file.readinto(buf)
                    if not size:
                        break
                    found.update(buf[:size])
                    yield 0
            if hexlify(found.digest()).decode() != expected:
                raise Refused("the flash has not kept %s as it was written" % path)
        with open(self._place + "/" + HEADER, "w") as file:
            told = {name: self.header[name] for name in ("number", "version")}
            file.write(json.dumps(told))

    # -- the header -------------------------------------------------------------------------------

    def _take_head(self, data):
        """Takes what of `data` is in front of the files; returns how much. Then it is believed."""
        head = self._head
        at = head.take(data, 0)
        begun = min(head.got, len(MAGIC))
        if head.buf[:begun] != MAGIC[:begun]:
            raise Refused("this is no bundle")
        if self._text is None and head.got == len(head.buf):
            length = int.from_bytes(head.buf[len(MAGIC) :], "big")
            if length > _HEADER_BYTES:
                raise Refused("damaged: its header is too long")
            self._text = Gathered(length)
            self._signature = Gathered(BYTES)
        if self._text is not None:
            at = self._text.take(data, at)
            at = self._signature.take(data, at)
            if self._signature.got == BYTES:
                self._believe()
        return at

    def _believe(self):
        if self._key is None:
            raise Refused("there is no key on the device: packmate deploy --update-key brings it")
        digest = sha256(self._head.buf)
        digest.update(self._text.buf)
        if not is_signed(self._key, digest.digest(), bytes(self._signature.buf)):
            raise Refused("it is not signed with the key of this device")
        header = json.loads(self._text.buf)  # pyright: ignore[reportArgumentType] the stubs
        self._text = self._signature = None
        self._judge(header)

    def _judge(self, header):
        board = header["board"]
        if board != self._board:
            raise Refused("it is for another board: %s" % board)
        files = header["files"]
        self.size = sum([size for _, size, _ in files])
        if not 0 < len(files) <= _MOST_FILES or self.size > _MOST_BYTES:
            raise Refused("it has too many files, or too large ones")
        for path, size, _ in files:
            if not is_path(path) or size < 0:
                raise Refused("a file of it is called %s" % path)
        if not self._older:
            if parts_of(header["version"]) < parts_of(self._version):
                raise Older("%s is older than %s, which runs" % (header["version"], self._version))
            if header["number"] <= self._number:
                raise Older("it is not newer than the bundle that runs")
        self.header = header

    # -- files ------------------------------------------------------------------------------------

    def _begin(self):
        free = os.statvfs(self._place.rpartition("/")[0] or "/")
        if free[0] * free[3] < self.size + _SPARE_BYTES:
            raise Refused("the flash has no room for it")
        self._open()

    def _open(self):
        """Opens the next file; files of no bytes are there at once."""
        path, self._left, _ = self.header["files"][self._at]
        make_folders(self._place, path)
        self._file = open(self._place + "/" + path, "wb")
        self._sum = sha256()
        if not self._left:
            self._end()

    def _end(self):
        self.close()
        path, _, expected = self.header["files"][self._at]
        if hexlify(self._sum.digest()).decode() != expected:
            raise Refused("damaged: %s is not what was signed" % path)
        self._at += 1
        if self._at == len(self.header["files"]):
            self.complete = True
        else:
            self._open()


def is_path(path):
    """True for the path of a file below the folder, and nowhere else."""
    if not 0 < len(path) <= _LONGEST_PATH or path.startswith("/") or path == HEADER:
        return False
    for letter in path:
        if letter not in _LETTERS:
            return False
    return all([part not in ("", ".", "..") for part in path.split("/")])


def parts_of(version):
    """Returns a version's numbers, to be compared; raises ValueError."""
    return [int(part) for part in version.split(".")]


def make_folders(place, path):
    """Makes the folders that a file needs."""
    folder = place
    for part in [None] + path.split("/")[:-1]:
        folder = folder if part is None else folder + "/" + part
        try:
            os.mkdir(folder)
        except OSError:
            pass  # it is there; else the file cannot be opened, which says so


def clear(folder):
    """Removes a folder and all that is in it; a generator, for its pauses."""
    try:
        entries = list(os.ilistdir(folder))
    except OSError:
        return
    for entry in entries:
        path = folder + "/" + entry[0]
        if entry[1] & 0x4000:
            for pause_ms in clear(path):
                yield pause_ms
        else:
            os.remove(path)
        yield 0
    os.rmdir(folder)
