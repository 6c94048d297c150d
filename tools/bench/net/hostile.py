"""What a hostile client sends to Packmate's command topics; the bench's control `mqtt_storm`."""

from relay import topics

# All that are listened to, but for our own availability; and two that nobody listens to.
_TOPICS = [name[1:] for name in topics.NAMES.decode().split("\n")[1:]]
_TOPICS += ["heater/mode/set/more", "no/such/topic"]
_PAYLOADS = (
    b"",
    b"\x00",
    b"\xff\xfe\xfd",
    b"-1",
    b"999999999999999999999",
    b"1e9",
    b"nan",
    b"chargerX",
    b"charger\n",
    b'{"mode": "charger"}',
    b"A" * 300,
)
_FLOOD = 40
# Too long for any buffer of ours, and kept by the broker for whoever comes.
_LONG = b"B" * 20_000


def messages():
    """Yields (topic, payload, retain); the last one of each topic leaves things as they were."""
    for topic in _TOPICS:
        for payload in _PAYLOADS:
            yield topic, payload, False
    for _ in range(_FLOOD):
        yield "heater/acknowledge", b"acknowledge", False
        yield "heater/boost/set", b"120", False
        yield "heater/boost/set", b"0", False
    yield "heater/mode/set", b"charger_or_soc", True
    yield "heater/mode/set", b"charger", False
    yield "heater/on_dc/set", _LONG, True
    yield "heater/acknowledge", b"acknowledge", True
