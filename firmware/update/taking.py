"""Takes a bundle into the folder that does not run, whichever way it comes."""

import board

import slots
from update.intake import Bundle, Refused, clear
from update.marks import CHECK, KEY, OLDER, TRIES, other, place, read
from update.signature import read_key
from version import VERSION


class Taking:
    """wish: of update.marks. `percent`, and `latest`: the version of what comes, "" while it is
    not believed."""

    def __init__(self, wish):
        self.percent = 0
        self.latest = ""
        self._wish = wish
        self._bundle = None

    def steps(self, fetch):
        """Does it: a generator of pauses in ms, none of whose steps takes longer than the flash
        needs for a block or two, or the chip for a signature. Raises Refused in words, OSError.

        fetch(take) -> a generator likewise, that calls take(bytes) until that returns True, or all
        is there.
        """
        folder, _, number, _ = slots.read()
        target = None
        if self._wish != CHECK:
            target = place(other(folder))
            yield from clear(target)
        older = self._wish == OLDER
        self._bundle = bundle = Bundle(_key(), board.NAME, VERSION, number, older, target)
        try:
            yield from fetch(self._take)
        finally:
            bundle.close()
        if not self.latest or target is not None and not bundle.complete:
            raise Refused("it ends too early")
        if target is not None:
            yield from bundle.check()

    def _take(self, data):
        bundle = self._bundle
        bundle.feed(data)
        if bundle.header is None:
            return False
        self.latest = bundle.header["version"]
        self.percent = 100 * bundle.got // bundle.size
        return bundle.complete or self._wish == CHECK


def switch_over(heard):
    """Has the next start try what was taken in. heard: of update.heard.told, what it is to hear,
    too."""
    folder, _, number, _ = slots.read()
    slots.write(other(folder), TRIES, number, heard)


def _key():
    """Returns the modulus of the owner's key, None where there is none."""
    try:
        return read_key((read(KEY) or "").strip())
    except ValueError:
        return None
