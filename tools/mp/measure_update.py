"""What an update takes of Python's heap beside the application, for tools/cost/update_figures.py.

The bundle lies at /bundle, its key at /update.key. This MicroPython collects garbage only between
two pieces of source: so what is done in between is that program's (see tools/cost/boot_play.py).
One line a figure: name|bytes.
"""

import gc
import os
import sys


class Module:
    """A module of nothing, and what it is given."""

    def __init__(self, **parts):
        for name, part in parts.items():
            setattr(self, name, part)


sys.modules["machine"] = sys.modules["socket"] = Module()
sys.modules["hardware.reset_cause"] = Module(restart=None)
sys.modules["hardware.net.resolver"] = Module(Resolver=None, sockaddr=None)
os.chdir("/")
piece = memoryview(bytearray(1024))
bundle = open("/bundle", "rb")
before = live = step = 0
work = iter(())


def begin():
    """What is in use from here on counts."""
    global before
    before = gc.mem_alloc()


def load():
    """The code; sys.modules keeps it."""
    import update.arriving
    import update.updater  # noqa: F401


def nothing(path):
    """There is no such folder."""
    raise OSError(2)


def fetch(take):
    """What a server sends, a piece a step."""
    while True:
        size = bundle.readinto(piece)
        if not size or take(piece[:size]):
            return
        yield 0


def take():
    """Has the update begin."""
    global work
    from update import intake
    from update.marks import INSTALL
    from update.taking import Taking

    intake.os = Module(
        mkdir=os.mkdir, ilistdir=nothing, statvfs=lambda path: (4096, 4096, 512, 400)
    )
    work = Taking(INSTALL).steps(fetch)


def go(count):
    """Does so many steps of it."""
    global step
    for _ in range(count):
        at = gc.mem_alloc()
        if next(work, None) is None:
            return
        step = max(step, gc.mem_alloc() - at)


def look():
    """After the garbage is gone."""
    global live
    live = max(live, gc.mem_alloc() - before)


def tell(name, size):
    """Tells a figure."""
    print("%s|%d" % (name, size))
