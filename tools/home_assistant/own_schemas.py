"""Holds messages of discovery against Home Assistant's own rules: runs inside its Python.

It takes [[topic, payload], ...] as JSON from standard input, and answers for each message
with what Home Assistant makes of it: [[platform, id, what is wrong, unknown members], ...]. The
integration's own code takes each message apart (topic, abbreviations, base, devices), and the
platform's own schema judges each entity. No broker is there, and no entity is made.
"""

import asyncio
import importlib
import json
import logging
import sys
import tempfile
import types

# Home Assistant's cloud and all that it needs: it is imported, and not asked for anything here.
sys.modules["hass_nabucasa"] = types.SimpleNamespace(remote=None)  # type: ignore

import voluptuous  # noqa: E402
from homeassistant import core  # noqa: E402
from homeassistant.components.mqtt import discovery, models  # noqa: E402

# Told for a whole device, and for each of its entities that has no such member of its own.
_SHARED = (
    "device",
    "origin",
    "~",
    "availability",
    "availability_mode",
    "availability_template",
    "availability_topic",
    "command_topic",
    "payload_available",
    "payload_not_available",
    "state_topic",
)
# Before 2024.11 it knows no devices.
_KNOWS_DEVICES = hasattr(discovery, "DEVICE_DISCOVERY_SCHEMA")
_MOVES = '{"migrate_discovery":true}'


class Warnings(logging.Handler):
    """Keeps what is logged."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.told = []

    def emit(self, record):
        """See logging.Handler."""
        self.told.append(record.getMessage())

    def take(self):
        """Returns what was logged since it was asked last."""
        told, self.told = self.told, []
        return told


class Integration:
    """What Home Assistant's discovery makes of messages. `found`: the configurations of entities,
    as they go to the platforms."""

    def __init__(self, hass):
        self.found = []
        self._hass = hass
        self._receivers = {}  # by prefix
        self._data = models.MqttData(client=None, config=[])
        self._data.platforms_loaded = set(discovery.SUPPORTED_COMPONENTS)
        hass.data["mqtt"] = self._data
        discovery.async_dispatcher_send = self._dispatch
        discovery.async_get_mqtt = self._no_other_integrations

    async def _no_other_integrations(self, _hass):
        return {}

    def _dispatch(self, _hass, _signal, payload):
        if payload:
            self.found.append(payload)

    async def receive(self, topic, payload):
        """Has a message received; returns the configurations that come of it."""
        prefix = topic.split("/")[0]
        if prefix not in self._receivers:
            self._receivers[prefix] = await self._start(prefix)
        self.found = []
        for wanted, receiver in self._receivers[prefix]:
            if matches(wanted, topic):
                receiver(models.ReceiveMessage(topic, payload, 0, True, wanted, 0.0))
                self._data.discovery_already_discovered.clear()
                self._data.discovery_pending_discovered.clear()
                return self.found
        logging.warning("nobody listens to this topic")
        return []

    async def _start(self, prefix):
        """Returns what it subscribes to below a prefix: [(topic, receiver), ...]."""
        receivers = []

        def subscribe(_hass, topic, receiver, _qos, **_):
            receivers.append((topic, receiver))
            return lambda: None

        async def subscribe_later(*parts):
            return subscribe(*parts)

        discovery.async_subscribe_internal = subscribe
        discovery.mqtt = types.SimpleNamespace(async_subscribe=subscribe_later)
        await discovery.async_start(self._hass, prefix, None)
        return receivers


def matches(wanted, topic):
    """True if a subscription to `wanted`, in which "+" is any part, is for a topic."""
    parts = wanted.split("/")
    told = topic.split("/")
    return len(parts) == len(told) and all(a in ("+", b) for a, b in zip(parts, told, strict=True))


def long_names(told):
    """Returns a dict with its members' names as they are without abbreviations."""
    return {discovery.ABBREVIATIONS.get(name, name): value for name, value in told.items()}


def apart(topic, payload):
    """Yields what a message is to a release that knows no devices: one for each entity."""
    prefix, kind, unit, *_ = topic.split("/")
    if kind != "device":
        if payload != _MOVES:
            yield topic, payload
        return
    device = long_names(json.loads(payload))
    shared = {name: device[name] for name in _SHARED if name in device}
    for key, entity in device.get("cmps", device.get("components")).items():
        own = long_names(entity)
        platform = own.pop("p", None) or own.pop("platform")
        if own:
            yield f"{prefix}/{platform}/{unit}/{key}/config", json.dumps(shared | own)


def unknown(told, taken, path=""):
    """Yields the members of what was told that a schema has not taken."""
    if isinstance(told, dict):
        for key, value in told.items():
            if key not in taken:
                yield path + key
            else:
                yield from unknown(value, taken[key], f"{path}{key}.")
    elif isinstance(told, list) and isinstance(taken, list):
        for i, (one, other) in enumerate(zip(told, taken, strict=True)):
            yield from unknown(one, other, f"{path}{i}.")


def rule(platform, name):
    """Returns one of the tables of a platform's device classes, as a dict."""
    try:
        module = importlib.import_module(f"homeassistant.components.{platform}.const")
    except ImportError:
        return {}
    return getattr(module, name, {})


def misfits(platform, config):
    """Yields what does not go together by the platform's own tables, which not each version's
    schema asks."""
    device_class = config.get("device_class")
    for name, key in (
        ("DEVICE_CLASS_UNITS", "unit_of_measurement"),
        ("DEVICE_CLASS_STATE_CLASSES", "state_class"),
    ):
        allowed = rule(platform, name).get(device_class)
        value = config.get(key)
        if allowed is None or key == "state_class" and value is None:
            continue
        if value not in set(allowed):
            yield f"{key} {value} does not go with {device_class}"


def judge(config):
    """Returns [platform, id, what is wrong, members that it does not know] of a configuration."""
    platform, name = config.discovery_data["discovery_hash"]
    schema = importlib.import_module(f"homeassistant.components.mqtt.{platform}").DISCOVERY_SCHEMA
    told = {key: value for key, value in config.items() if key != "platform"}  # that is its own
    try:
        taken = schema(dict(config))
    except voluptuous.Invalid as error:
        return [platform, name, [str(error)], []]
    return [platform, name, list(misfits(platform, taken)), sorted(unknown(told, taken))]


async def judge_all(messages):
    """Returns what there is to say of each message."""
    warnings = Warnings()
    logging.getLogger().addHandler(warnings)
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        hass = core.HomeAssistant(folder)
        integration = Integration(hass)
        for topic, payload in messages:
            warnings.take()
            answer = []
            for part in [(topic, payload)] if _KNOWS_DEVICES else apart(topic, payload):
                answer += [judge(config) for config in await integration.receive(*part)]
            said = warnings.take()
            answers.append(answer + ([["", topic, said, []]] if said else []))
        await hass.async_stop(force=True)
    return answers


json.dump(asyncio.run(judge_all(json.load(sys.stdin))), sys.stdout)
