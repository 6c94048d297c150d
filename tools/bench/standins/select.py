"""The ESP32's `select.poll` on the bench: while it waits, virtual time passes.

UARTs of the bench say themselves whether they are ready; everything else (sockets) goes to the
builtin poll. asyncio waits here whenever no task is ready.
"""

import bench_link as link
import uselect

POLLIN = uselect.POLLIN
POLLOUT = uselect.POLLOUT
POLLERR = uselect.POLLERR
POLLHUP = uselect.POLLHUP


def _of_host(obj):
    """Returns the host's socket of one of the bench's; poll() tells of that."""
    return getattr(obj, "bench_socket", obj)


class poll:
    """select.poll"""

    def __init__(self):
        self._uarts = {}  # id(object) -> [object, mask]
        self._sockets = 0
        self._builtin = uselect.poll()

    def register(self, obj, eventmask=POLLIN | POLLOUT):
        if hasattr(obj, "bench_ready"):
            self._uarts[id(obj)] = [obj, eventmask]
        else:
            self._builtin.register(_of_host(obj), eventmask)
            self._sockets += 1

    def unregister(self, obj):
        if self._uarts.pop(id(obj), None) is None:
            self._builtin.unregister(_of_host(obj))
            self._sockets -= 1

    def modify(self, obj, eventmask):
        if id(obj) in self._uarts:
            self._uarts[id(obj)][1] = eventmask
        else:
            self._builtin.modify(_of_host(obj), eventmask)

    def poll(self, timeout=-1):
        if not link.in_main_thread():
            return self._builtin.poll(timeout)
        until_us = -1 if timeout is None or timeout < 0 else link.now_us() + timeout * 1000
        while True:
            ready = self._ready()
            if ready or 0 <= until_us <= link.now_us():
                link.send()
                return ready
            self._idle(until_us)

    def ipoll(self, timeout=-1, flags=0):
        return self.poll(timeout)

    def _ready(self):
        ready = []
        for obj, mask in self._uarts.values():
            events = obj.bench_ready(mask)
            if events:
                ready.append((obj, events))
        if self._sockets:
            ready.extend(self._builtin.poll(0))
        return ready

    def _idle(self, until_us):
        watched = 0
        for obj, mask in self._uarts.values():
            if mask & POLLIN:
                watched |= 1 << obj.bench_id
        if not self._sockets:
            link.idle_until(until_us, watched)
            return
        self._builtin.register(link.channel, POLLIN)
        link.idle_until(until_us, watched, self._builtin)
        self._builtin.unregister(link.channel)


def select(rlist, wlist, xlist, timeout=-1):
    """select.select over the same objects as poll."""
    masks = {}
    for objects, mask in ((rlist, POLLIN), (wlist, POLLOUT), (xlist, POLLERR | POLLHUP)):
        for obj in objects:
            masks[id(obj)] = (obj, mask | masks.get(id(obj), (obj, 0))[1])
    waiting = poll()
    for obj, mask in masks.values():
        waiting.register(obj, mask)
    ready = waiting.poll(timeout if timeout is None or timeout < 0 else int(timeout * 1000))
    return [[obj for obj, events in ready if events & m] for m in (POLLIN, POLLOUT, POLLERR)]
