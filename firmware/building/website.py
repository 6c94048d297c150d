"""Builds the page for browsers, where the settings ask for it and there is PSRAM."""

from time import ticks_ms

import board

from kept.crash import without_secrets
from kept.guarded import each
from mqtt.open_codes import open_codes
from relay import making
from relay.commands import Judge
from settings.table import SECRETS
from starting import config
from tasks import obey
from version import VERSION
from website import changes, login, orders, upload
from website.events import Events
from website.files import Files, open_files
from website.live import Live
from website.records import Records
from website.site import Site
from website.stored import language
from website.web_server import WebServer
from words import MODE_NAMES, find

_IDLE_MS = 100
_BUSY_MS = 20
# Of the system's memory, below which the page makes way: what browsers leave unread lies in it.
_LEAST_FREE = 20_000
_REST_MS = 10_000


def add_to(device, early):
    """Gives the device its `site`, and the task that serves it."""
    settings = early.settings
    files = Files(open_files())
    if not files.names():
        early.errors.append("web: the page's files are missing; copy the image again")
        return
    name = "packmate-" + early.unit[-6:].decode()
    site = Site((name, name + ".local"))
    device.site = site
    device.login = login.Login(early.secrets["web_password"], device)
    _add_files(site, files)
    _add_figures(site, device, settings)
    device.changes = add_changes(site, device, settings)
    if settings["web_settings"] and device.wifi_used:
        upload.add_to(site, device)
    device.extras += (run(device, WebServer(site)),)


def _add_files(site, files):
    """Adds the page itself, in the owner's language."""
    spoken = "texts-%s.json" % language()
    for name in files.names():
        path = "/" + name
        if name.startswith("texts-"):
            if name != spoken:
                continue
            path = "/texts.json"
        site.answer("GET", path, lambda request, name=name: files.answer(request, name))
    site.answer("GET", "/", lambda request: files.answer(request, "index.html"))


def _add_figures(site, device, settings):
    """Adds what everybody in the network may see, and what goes along with a bug report."""
    heats = settings["heater_output"] != "none"
    facts = {
        "title": settings["name"],
        "board": board.NAME,
        "version": VERSION,
        "login": device.login.possible(),
        "modes": find(MODE_NAMES, settings["heater_mode"]) if settings["web_mode"] else 0,
        "acknowledges": settings["web_mode"],
        "boost": settings["web_boost"],
        "thresholds": settings["web_thresholds"],
        "settings": settings["web_settings"],
        "updates": settings["web_settings"] and device.wifi_used,
        "history": settings["history_kb"] != 0,
        "fahrenheit": settings["temperature_unit"] == "fahrenheit",
        "links": _links(settings),
        "pack_names": [pack["name"] for pack in settings["packs"]],
    }
    live = Live(device, open_codes(), facts, heats)
    events = Events(device, live, without_secrets)
    site.answer("GET", "/api/state", live.answer)
    site.answer("GET", "/api/history", Records(device).answer)
    site.answer("GET", "/api/events", events.answer)
    site.answer("GET", "/api/support", events.support, guard=device.login.guarded)


def _links(settings):
    """Returns of each pack that is shown in whose words it is told why there are no figures."""
    packs = (settings,) + tuple(settings["packs"])
    ways = ["radio" if pack["bms_link"] == "ble" else "wire" for pack in packs]
    return ways if len(ways) == 1 else ["bank"] + ways


def add_changes(site, device, settings):
    """Adds what only who knows the password may do; returns the Changes."""
    own = device.login
    site.answer("POST", "/api/login", own.enter, login.BODY_BYTES)
    site.answer("POST", "/api/logout", own.leave, login.BODY_BYTES)
    heats = settings["heater_output"] != "none"
    mode = find(MODE_NAMES, settings["heater_mode"]) if heats else 0
    # What restarts the device needs what a restart by hand needs.
    updates = bool(settings["web_settings"] and settings["update_url"])
    allowed = settings["web_mode"], settings["web_boost"], settings["web_thresholds"]
    judge = Judge(
        making.kinds(*allowed, updates), mode, settings["heater_on_dc"], settings["heater_off_dc"]
    )
    order = orders.Orders(device, judge, obey)
    site.answer("POST", "/api/command", order.answer, orders.BODY_BYTES, own.guarded)
    change = changes.Changes(device, [row[0] for row in SECRETS], _complaints, _restart)
    site.answer("GET", "/api/settings", change.show, guard=own.guarded)
    if settings["web_settings"]:
        site.answer("POST", "/api/settings", change.change, changes.BODY_BYTES, own.guarded)
        restart = change.ask_restart
        site.answer("POST", "/api/restart", restart, login.BODY_BYTES, own.guarded)
    return change


def _complaints(settings, secrets):
    """Returns what a start would say of files with these."""
    errors = []
    config.judge(settings, board.HEATER_MAX_MA, board.HEATER_MAX_W * 1000, True, errors)
    config.judge_secrets(secrets, errors)
    return errors


def _restart(device, why):
    from restart import restart

    restart(device, why)


def run(device, server):
    """The task."""

    def step():
        device.changes.step()
        if device.memory.idf_free < _LEAST_FREE:
            server.close()
            return _REST_MS
        busy = server.step(ticks_ms())
        return _BUSY_MS if busy else _IDLE_MS

    return each(step, "web: there is no page until the next start")
