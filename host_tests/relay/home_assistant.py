"""Home Assistant's MQTT integration by itself, for test_mqtt_broker_home_assistant.py; runs in its
Python, of any release of tools.home_assistant.mqtt_only.

    python home_assistant.py FOLDER PORT

Reads lines from standard input: `states` prints {entity id: [unique id, state, the owner's name,
why it is off]}, and so does `name ENTITY NAME`, which gives a name as the owner would; `devices`
prints {name: [the name of the device that it is connected by, model, hardware, version, serial
number, unique ids of its entities]}. What it logs begins with LOG.
"""

import asyncio
import importlib.util
import inspect
import json
import logging
import pathlib
import sys
from types import MappingProxyType
from unittest import mock

# Imported somewhere, and not asked for anything here: the cloud, the supervisor, uploads, the sun.
ABSENT = "hass_nabucasa homeassistant.components.hassio homeassistant.components.file_upload"
ABSENT += " homeassistant.helpers.httpx_client httpx astral astral.location astral.sun"
sys.modules |= {name: mock.MagicMock() for name in ABSENT.split()}

from homeassistant import config_entries, core, loader  # noqa: E402
from homeassistant.helpers import device_registry, entity_registry, storage  # noqa: E402
from homeassistant.setup import async_setup_component  # noqa: E402

# As its bootstrap has it, which would import a good part of the house. Not each release has all.
SET_UP = ("entity", "frame", "template", "translation")
LOADED = (
    "area_registry",
    "category_registry",
    "device_registry",
    "entity_registry",
    "floor_registry",
    "issue_registry",
    "label_registry",
    "restore_state",
)


def helper(name):
    """Returns a module of its helpers, None where it has no such one."""
    name = "homeassistant.helpers." + name
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


async def load_base(hass):
    for name in SET_UP:
        if hasattr(helper(name), "async_setup"):
            helper(name).async_setup(hass)
    if hasattr(storage, "get_internal_store_manager"):
        await storage.get_internal_store_manager(hass).async_initialize()
    for name in LOADED:
        if hasattr(helper(name), "async_load"):
            await helper(name).async_load(hass)
    await hass.config_entries.async_initialize()


def make_entry(port):
    facts = dict(
        data={"broker": "127.0.0.1", "port": port, "discovery": True},
        discovery_keys=MappingProxyType({}),
        domain="mqtt",
        minor_version=2,
        options={},
        source="user",
        subentries_data=(),
        title="mqtt",
        unique_id=None,
        version=1,
    )
    known = inspect.signature(config_entries.ConfigEntry).parameters
    return config_entries.ConfigEntry(**{k: v for k, v in facts.items() if k in known})


async def start(folder, port):
    (pathlib.Path(folder) / "configuration.yaml").write_text("")
    hass = core.HomeAssistant(folder)
    hass.config.skip_pip = True
    loader.async_setup(hass)
    hass.config_entries = config_entries.ConfigEntries(hass, {})
    await load_base(hass)
    hass.config.components.update({"http", "file_upload"})  # what it names and does not need
    await async_setup_component(hass, "mqtt", {})
    await hass.config_entries.async_add(make_entry(port))
    await hass.async_start()
    return hass


def states(hass):
    found = {}
    for entity in entity_registry.async_get(hass).entities.values():
        state = hass.states.get(entity.entity_id)
        value = None if state is None else state.state
        found[entity.entity_id] = [entity.unique_id, value, entity.name, entity.disabled_by]
    return found


def devices(hass):
    all_devices = device_registry.async_get(hass).devices
    entities = entity_registry.async_get(hass).entities.values()
    found = {}
    for device in all_devices.values():
        by = all_devices[device.via_device_id].name if device.via_device_id else None
        facts = [by, device.model, device.hw_version, device.sw_version, device.serial_number]
        ids = sorted(e.unique_id for e in entities if e.device_id == device.id)
        found[device.name] = [*facts, ids]
    return found


async def main(folder, port):
    logging.basicConfig(level=logging.WARNING, stream=sys.stdout, format="LOG %(message)s")
    hass = await start(folder, port)
    print("{}", flush=True)
    while True:
        line = await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        words = line.split()
        if not words:
            return
        if words[0] == "name":
            entity_registry.async_get(hass).async_update_entity(words[1], name=words[2])
        told = devices(hass) if words[0] == "devices" else states(hass)
        print(json.dumps(told), flush=True)


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
