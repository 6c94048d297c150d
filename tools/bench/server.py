"""The bench's web server: the page, the JSON API and the live stream. Loopback only.

The API is described in docs/bench.md and, for programs, by `GET /api`.
"""

import asyncio
import json
import struct
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from tools.bench import controls
from tools.bench.recorder import FIELDS

_PAGE = Path(__file__).parent / "page"
_PUSH_S = 0.2
_SEND_LIMIT_S = 2.0
_PANEL_HEADER = ">IHH"  # sequence number, width, height; RGB bytes follow
_HEADERS = {
    # The page must work without internet: the browser itself refuses anything from elsewhere.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_ROUTES = {
    "GET /api": "this description",
    "GET /api/state": "the state of everything",
    "GET /api/history": "samples for the plot; ?since=T for those after virtual second T",
    "GET /api/console": "the firmware's last lines of console, as text",
    "GET /api/panel.png": "the panel as a person sees it; ?scale=1..8",
    "POST /api/control": '{"name": ..., "value": ...} sets a control',
    "GET /api/live": "WebSocket: states as JSON text, panel pictures as binary",
}


class Server:
    """Serves a desk. `start()` binds 127.0.0.1:port (0: any free one); `port` is then known."""

    def __init__(self, desk):
        self._desk = desk
        self.port = 0
        self._runner = None
        self._pusher = None
        self._clients = {}  # websocket -> [panel sequence sent, history second sent]

    async def start(self, port=0):
        """Starts listening; raises OSError if the port is taken."""
        app = web.Application(middlewares=[_guard, _explain])
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/api", self._describe),
                web.get("/api/state", self._state),
                web.get("/api/history", self._history),
                web.get("/api/console", self._console),
                web.get("/api/panel.png", self._panel),
                web.post("/api/control", self._control),
                web.get("/api/live", self._live),
                web.static("/page", _PAGE),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.port = self._runner.addresses[0][1]
        self._pusher = asyncio.create_task(self._push_for_ever())
        return self

    async def stop(self):
        """Closes all connections and stops listening."""
        self._pusher.cancel()
        for client in list(self._clients):
            await client.close()
        await self._runner.cleanup()

    # -- requests ---------------------------------------------------------------------------------

    async def _index(self, _request):
        return web.FileResponse(_PAGE / "index.html")

    async def _describe(self, _request):
        return web.json_response({"routes": _ROUTES, "controls": controls.describe()})

    async def _state(self, _request):
        return web.json_response(await asyncio.to_thread(self._desk.state))

    async def _history(self, request):
        since_s = _number(request, "since", None)
        samples = self._desk.recorder.history(since_s)
        return web.json_response({"fields": FIELDS, "samples": samples})

    async def _console(self, _request):
        state = await asyncio.to_thread(self._desk.state)
        return web.Response(text="".join(f"{line}\n" for line in state["console"]))

    async def _panel(self, request):
        scale = _number(request, "scale", 1)
        if scale not in range(1, 9):
            raise BadRequest("scale: must be a whole number within 1 and 8")
        png = await asyncio.to_thread(self._desk.bench.png, int(scale))
        return web.Response(body=png, content_type="image/png")

    async def _control(self, request):
        name, value = _wish(await request.text())
        await asyncio.to_thread(self._desk.apply, name, value)
        return web.json_response({"ok": True, "name": name})

    async def _live(self, request):
        client = web.WebSocketResponse(heartbeat=20, max_msg_size=4096)
        await client.prepare(request)
        self._clients[client] = [None, None]
        try:
            async for message in client:
                if message.type == WSMsgType.ERROR:
                    break
        finally:
            self._clients.pop(client, None)
        return client

    # -- the live stream --------------------------------------------------------------------------

    async def _push_for_ever(self):
        while True:
            if self._clients:
                state = await asyncio.to_thread(self._desk.state)
                picture = await asyncio.to_thread(self._desk.bench.picture)
                sends = [self._push(client, state, picture) for client in list(self._clients)]
                await asyncio.gather(*sends)
            await asyncio.sleep(_PUSH_S)

    async def _push(self, client, state, picture):
        sent = self._clients.get(client)
        if sent is None:
            return
        samples = self._desk.recorder.history(sent[1])
        message = json.dumps({**state, "samples": samples})
        try:
            await asyncio.wait_for(client.send_str(message), _SEND_LIMIT_S)
            if picture[0] != sent[0]:
                await asyncio.wait_for(client.send_bytes(_pack(picture)), _SEND_LIMIT_S)
        except (ConnectionError, RuntimeError, asyncio.TimeoutError):
            self._clients.pop(client, None)  # a browser that went away comes back by itself
            return
        sent[0] = picture[0]
        if samples:
            sent[1] = samples[-1][0]


class BadRequest(ValueError):
    """The request cannot be served as it is; the text says why."""


def _pack(picture):
    seq, width, height, rgb = picture
    return struct.pack(_PANEL_HEADER, seq & 0xFFFFFFFF, width, height) + bytes(rgb)


def _wish(text):
    """Returns (name, value) of a control request."""
    try:
        wish = json.loads(text)
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error
    if not isinstance(wish, dict) or not isinstance(wish.get("name"), str):
        raise BadRequest('the body must be an object with a text "name"')
    for key in wish:
        if key not in ("name", "value"):
            raise BadRequest(f'unknown key "{key}" (have name, value)')
    return wish["name"], wish.get("value")


def _number(request, name, default):
    text = request.query.get(name)
    if text is None:
        return default
    try:
        return float(text)
    except ValueError as error:
        raise BadRequest(f"{name}: must be a number") from error


@web.middleware
async def _guard(request, handler):
    """Refuses what a page of another origin could send: the bench obeys its own page only."""
    host = urlsplit(f"//{request.host}").hostname
    origin = request.headers.get("Origin")
    if host not in ("127.0.0.1", "localhost", "::1"):
        return web.json_response({"error": "the bench answers on loopback only"}, status=403)
    if origin is not None and urlsplit(origin).netloc != request.host:
        return web.json_response({"error": "requests of other origins are refused"}, status=403)
    response = await handler(request)
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


@web.middleware
async def _explain(request, handler):
    """Turns refusals into JSON with the reason in `error`."""
    try:
        return await handler(request)
    except (BadRequest, controls.ControlError) as error:
        return web.json_response({"error": str(error)}, status=400)
    except RuntimeError as error:
        return web.json_response({"error": str(error)}, status=503)
    except web.HTTPException as error:
        return web.json_response({"error": error.reason}, status=error.status)
