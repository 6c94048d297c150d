"""Fetches a device's event log and crash record over MQTT: it goes on with its work."""

import contextlib
import getpass
import json
import queue
import time

import paho.mqtt.client as mqtt

from tools.packmate import PackmateError, kept

_ANSWER_S = 15
_RETAINED_S = 1  # in which a broker tells what it keeps


def show(host, port, user, topic, legend, password=None):
    """Prints what the devices below a topic tell, explained. The rest: see `connected`."""
    with connected(host, port, user, password) as (client, came):
        print(fetch(client, came, topic, legend))


@contextlib.contextmanager
def connected(host, port, user, password=None):
    """Gives (client, queue of (topic, payload) that come) once the broker has let us in.

    user: None for a broker that lets everybody in; else the password is asked for.
    """
    if user and password is None:
        password = getpass.getpass(f"password of {user} at {host} (not shown): ")
    came = queue.Queue()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.username_pw_set(user, password)
    client.on_message = lambda _client, _data, message: came.put((message.topic, message.payload))
    client.on_connect = lambda client, _data, _flags, reason, _properties: came.put(reason)
    try:
        client.connect(host, port)
    except OSError as error:
        raise PackmateError(f"{host}:{port} cannot be reached: {error}") from None
    client.loop_start()
    try:
        reason = _next(came, time.monotonic() + _ANSWER_S)
        if reason is None or reason.is_failure:
            raise PackmateError(f"the broker does not let us in: {reason or 'no answer'}")
        yield client, came
    finally:
        client.disconnect()
        client.loop_stop()


def fetch(client, came, topic, legend):
    """Returns what the devices below a topic tell, as text. came: a queue of what has come."""
    for leaf in ("availability", "crash", "log"):
        client.subscribe(f"{topic}/+/{leaf}")
    found = {}
    asked = set()
    end = time.monotonic() + _ANSWER_S
    soon = time.monotonic() + _RETAINED_S
    while True:
        message = _next(came, end if asked else soon)
        if message is None:
            break
        base, _, leaf = message[0].rpartition("/")
        device = found.setdefault(base, {"parts": {}, "crash": None, "online": False})
        _take(device, leaf, message[1])
        if device["online"] and base not in asked:
            asked.add(base)
            client.publish(f"{base}/log/get", "get")
        if asked and all(_is_whole(found[base]) for base in asked) and time.monotonic() > soon:
            break
    if not found:
        raise PackmateError(f"no Packmate is known to the broker below {topic}")
    return "\n\n".join(_explain(base, device, legend) for base, device in sorted(found.items()))


def _next(came, end):
    try:
        return came.get(timeout=max(0, end - time.monotonic()))
    except queue.Empty:
        return None


def _take(device, leaf, payload):
    if leaf == "availability":
        device["online"] = payload == b"online"
    elif leaf == "crash":
        device["crash"] = payload
    elif leaf == "log":
        try:
            part = json.loads(payload)
            device["parts"][part["part"]] = part
        except (ValueError, KeyError, TypeError):
            pass


def _is_whole(device):
    parts = device["parts"].values()
    return any(part.get("parts") == len(parts) for part in parts)


def _explain(base, device, legend):
    lines = [f"{base}: {'online' if device['online'] else 'OFFLINE'}"]
    if device["crash"]:
        lines.append(kept.explain_crash(device["crash"], legend))
    events = [e for _, part in sorted(device["parts"].items()) for e in part.get("events", ())]
    told = kept.explain_events("\n".join(map(json.dumps, events)).encode())
    lines += told or ["no event log came: a board without PSRAM keeps none"]
    return "\n".join(lines)
