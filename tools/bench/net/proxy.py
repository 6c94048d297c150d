"""A TCP proxy between the firmware and the broker that can break the line on demand.

Modes: "normal" forwards; "down" closes every connection and refuses new ones, as when the broker
or the Wi-Fi is gone; "silent" accepts and holds every byte back, as a hung broker does. Bytes
held while silent arrive when the line is normal again.
"""

import asyncio
import threading

MODES = ("normal", "down", "silent")
_CHUNK = 4096


class Proxy:
    """The proxy in a thread of its own; all methods may be called from any thread.

    `port` stays the same over all modes. `connections` counts accepted ones since the start;
    `target_port` is where the next ones lead to.
    """

    def __init__(self, target_port, host="127.0.0.1"):
        self._host = host
        self.target_port = target_port
        self.port = 0
        self.mode = "normal"
        self.connections = 0
        self._server = None
        self._tasks = set()
        self._open = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self):
        """Starts listening on a free port of the loopback interface."""
        self._thread.start()
        self._call(self._listen())
        return self

    def stop(self):
        """Closes everything and ends the thread."""
        if self._thread.is_alive():
            self._call(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
            self._loop.close()

    def set_mode(self, mode):
        """Switches the mode; when it returns the new one holds."""
        if mode not in MODES:
            raise ValueError(f"no such proxy mode: {mode}")
        self._call(self._switch(mode))

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _listen(self):
        if self._open is None:
            self._open = asyncio.Event()
            self._open.set()
        self._server = await asyncio.start_server(self._accept, self._host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _switch(self, mode):
        self.mode = mode
        if mode == "normal":
            self._open.set()
        else:
            self._open.clear()
        if mode == "down":
            await self._close()
        elif self._server is None:
            await self._listen()

    async def _close(self):
        server, self._server = self._server, None
        if server is not None:
            server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=5)

    async def _accept(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._bridge(reader, writer)
            writer.close()  # delivers what is still buffered
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()  # a broken connection is this class's trade
        finally:
            self._tasks.discard(task)

    async def _bridge(self, reader, writer):
        await self._open.wait()
        up_reader, up_writer = await asyncio.open_connection(self._host, self.target_port)
        pumps = [
            asyncio.ensure_future(self._pump(reader, up_writer)),
            asyncio.ensure_future(self._pump(up_reader, writer)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            up_writer.close()

    async def _pump(self, reader, writer):
        while True:
            data = await reader.read(_CHUNK)
            await self._open.wait()
            if not data:
                return
            writer.write(data)
            await writer.drain()
