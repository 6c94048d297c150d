"""Home Assistant's MQTT integration by itself, for test_home_assistant.py; runs in its Python.

    python home_assistant.py FOLDER PORT

Reads lines from standard input: `states` prints {entity id: [unique id, state, the owner's name,
why it is off]}, and so does `name ENTITY NAME`, which gives a name as the owner would; `devices`
prints {name: [the name of the device that it is connected by, model, hardware, version, serial
number, unique ids of its entities]}. What it logs begins with LOG.
"""

import asyncio
import json
import logging
import pathlib
import sys
from types import MappingProxyType

from homeassistant import bootstrap, config_entries, core, loader
from homeassistant.helpers import device_registry, entity_registry
from homeassistant.setup import async_setup_component


async def start(folder, port):
    (pathlib.Path(folder) / "configuration.yaml").write_text("")
    hass = core.HomeAssistant(folder)
    hass.config.skip_pip = True
    loader.async_setup(hass)
    hass.config_entries = config_entries.ConfigEntries(hass, {})
    await bootstrap.async_load_base_functionality(hass)
    hass.config.components.update({"http", "file_upload"})  # what it names and does not need
    await async_setup_component(hass, "mqtt", {})
    entry = config_entries.ConfigEntry(
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
    await hass.config_entries.async_add(entry)
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
