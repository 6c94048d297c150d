"""The air of the bench: virtual controllers, the units in it, and the door for the firmware."""

import asyncio
import logging
import threading
import time

from bumble import controller, hci, host
from bumble.controller import Controller
from bumble.device import Device
from bumble.hci import Address, LeFeatureMask
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

from tools.bench.radio.esp32_radio import Central

_STEP_S = 0.002  # real time between two looks at the clock
_START_S = 20

# What it warns of is what we play: lost links, refused pairing, strange replies.
logging.getLogger("bumble").setLevel(logging.CRITICAL)


def _plain(text, *_, **__):
    return text


# It makes the coloured text of each packet, logged or not: a quarter of what it does.
controller.color = host.color = hci.color = _plain
hci.HCI_Object.format_fields = staticmethod(lambda *_, **__: "")


class Air:
    """A thread with an event loop in which all that is radio happens.

    `now_us()` is the time that waits and units go by: a bench's virtual time, or by default real
    time. `port` is where the firmware's `bluetooth` connects to (PACKMATE_RADIO).

        with Air() as air:
            unit = air.add(Unit(JkBleSim(plant), "jk_new", "C8:47:8C:00:00:01"))
            air.do(unit.drop)
    """

    def __init__(self, now_us=None):
        self.now_us = now_us or (lambda: time.monotonic_ns() // 1000)
        self.port = 0
        self.units = []
        self.central = None
        self._controllers = {}  # device -> its controller
        self.link = None
        self.loop = None
        self._server = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="radio", daemon=True)

    def start(self):
        """Starts the thread; returns when the firmware can connect."""
        self._thread.start()
        if not self._ready.wait(_START_S):
            raise RuntimeError("the radio does not start")

    def stop(self):
        """Ends everything. May be called twice."""
        if self.loop is not None and self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def add(self, unit):
        """Puts a unit into the air and switches it on; returns it."""
        self.do(unit.join, self)
        self.units.append(unit)
        return unit

    def drop(self, unit):
        """Switches a unit off and takes it out of the air."""
        self.units.remove(unit)
        self.do(unit.leave)

    def do(self, function, *args, timeout_s=10):
        """Runs a function or coroutine function in the radio's thread; returns its result."""

        async def run():
            result = function(*args)
            return await result if asyncio.iscoroutine(result) else result

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(timeout_s)

    # -- for the parts, in the radio's thread -----------------------------------------------------

    async def until(self, t_us):
        """Waits for a time."""
        while self.now_us() < t_us:
            await asyncio.sleep(_STEP_S)

    async def device(self, name, address, **options):
        """Returns a powered bumble Device on a controller of its own."""
        controller = Controller(name, link=self.link)
        controller.le_features &= ~LeFeatureMask.LE_EXTENDED_ADVERTISING
        device = Device(
            name=name,
            address=Address(address, Address.RANDOM_DEVICE_ADDRESS),
            host=Host(controller, AsyncPipeSink(controller)),
            **options,
        )
        controller.set_packet_sink(device.host)
        device.classic_enabled = False
        self._controllers[device] = controller
        await device.power_on()
        return device

    def remove(self, device):
        """Takes a device out of the air."""
        self.link.remove_controller(self._controllers.pop(device))

    def unit_at(self, address):
        """Returns the unit with an address as text, or None."""
        for unit in self.units:
            if unit.address == address:
                return unit
        return None

    def _run(self):
        asyncio.run(self._serve())

    async def _serve(self):
        self.loop = asyncio.get_running_loop()
        self.link = LocalLink()
        self._stopped = asyncio.Event()
        self._server = await asyncio.start_server(self._visit, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        self._server.close()
        self.loop.set_exception_handler(lambda *_: None)  # what is cut off midway complains
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()

    async def _visit(self, reader, writer):
        """A firmware has started: its radio is new, and what the last one held is dropped."""
        if self.central is not None:
            await self.central.leave()
        self.central = Central(self, writer)
        try:
            await self.central.serve(reader)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the firmware's process has ended
        finally:
            await self.central.leave()
            writer.close()
