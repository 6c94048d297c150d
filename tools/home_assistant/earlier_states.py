"""Has a Home Assistant believe in a past: runs inside it, as an integration of its own.

It takes past.json of its folder, waits until the entities named there have told themselves, and
then gives its recorder what they would have told before:

    {"states": {unique id: [[seconds since 1970, state], ...]},
     "sums": {unique id: [[seconds since 1970, an hour's beginning; sum], ...]}}

The file past.done says that it has.
"""

import asyncio
import datetime
import json
import pathlib

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.helpers import entity_registry
from homeassistant.helpers.start import async_at_started

_UNTOLD = (None, "unknown", "unavailable")


async def async_setup(hass, config):
    """See the documentation of Home Assistant for its integrations."""
    folder = pathlib.Path(hass.config.path())
    past = await hass.async_add_executor_job(_read, folder / "past.json")

    async def take(_hass):
        hass.async_create_background_task(_take(hass, past, folder / "past.done"), "past")

    async_at_started(hass, take)
    return True


def _read(path):
    return json.loads(path.read_text())


async def _take(hass, past, done):
    states = past.get("states", {})
    sums = past.get("sums", {})
    while not all(_has_told(hass, unique) for unique in {**states, **sums}):
        await asyncio.sleep(1)
    for unique, told in sums.items():
        _import_sums(hass, _entity(hass, unique), told)
    for unique, told in states.items():
        _set_states(hass, _entity(hass, unique), told)
    await get_instance(hass).async_block_till_done()
    await hass.async_add_executor_job(done.touch)


def _entity(hass, unique):
    """Returns the id of the entity with a unique id, None while there is none."""
    for entry in entity_registry.async_get(hass).entities.values():
        if entry.platform == "mqtt" and entry.unique_id == unique:
            return entry.entity_id
    return None


def _has_told(hass, unique):
    entity = _entity(hass, unique)
    state = None if entity is None else hass.states.get(entity)
    return state is not None and state.state not in _UNTOLD


def _set_states(hass, entity, told):
    """Sets what it was, one state after the other, and at last what it is."""
    now = hass.states.get(entity)
    for seconds, state in told:
        hass.states.async_set_internal(
            entity, state, now.attributes, False, None, None, float(seconds)
        )
    hass.states.async_set(entity, now.state, now.attributes)


def _import_sums(hass, entity, told):
    metadata = {
        "has_mean": False,
        "has_sum": True,
        "name": None,
        "source": "recorder",
        "statistic_id": entity,
        "unit_of_measurement": hass.states.get(entity).attributes["unit_of_measurement"],
    }
    rows = [
        {
            "start": datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc),
            "state": total,
            "sum": total,
        }
        for seconds, total in told
    ]
    async_import_statistics(hass, metadata, rows)
