"""The bench's MQTT broker: mosquitto where it is installed, else the embedded amqtt.

Both run as a child process on a free port of the loopback interface, without persistence, and
both are reached through the same class. `MessageLog` listens with a real MQTT client: what the
bench's page shows is what any other client of the broker would have received.
"""

import asyncio
import collections
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import paho.mqtt.client as mqtt

from tools import ROOT

_START_LIMIT_S = 15.0
_MOSQUITTO_DIRS = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")
_MOSQUITTO_CONF = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
log_dest stderr
log_type warning
log_type error
"""


class BrokerError(RuntimeError):
    """The broker could not be started; the text says why."""


def find_mosquitto():
    """Returns the path of mosquitto, or None. Debian keeps it out of a user's PATH."""
    search = os.pathsep.join((os.environ.get("PATH", ""), *_MOSQUITTO_DIRS))
    return shutil.which("mosquitto", path=search)


def have_amqtt():
    """True if the embedded broker can be imported."""
    try:
        import amqtt.broker  # noqa: F401
    except ImportError:
        return False
    return True


def free_port():
    """Returns a TCP port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """A broker in a child process. `kind` is "mosquitto", "amqtt", or "auto" for the first found.

    `port` is valid after `start()`. `start()` returns once the broker accepts connections.
    """

    def __init__(self, kind="auto"):
        if kind == "auto":
            kind = "mosquitto" if find_mosquitto() else "amqtt"
        if kind not in ("mosquitto", "amqtt"):
            raise BrokerError(f"no such broker: {kind}")
        self.kind = kind
        self.port = 0
        self._child = None
        self._dir = None

    def start(self):
        """Starts the child and waits until it listens; raises BrokerError if it does not."""
        self.port = free_port()
        self._dir = tempfile.mkdtemp(prefix="packmate-broker-")
        log = open(Path(self._dir) / "log", "wb")  # noqa: SIM115 - the child keeps it
        try:
            self._child = subprocess.Popen(
                self._command(), stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=ROOT
            )
        except OSError as error:
            raise BrokerError(f"cannot start {self.kind}: {error}") from error
        finally:
            log.close()
        self._await_listening()
        return self

    def kill(self):
        """Ends the child as a power cut does; `start` makes a new one, on another port."""
        self._child.kill()
        self._child.wait()
        self.stop()

    def stop(self):
        """Ends the child; harmless when it never ran."""
        child, self._child = self._child, None
        if child is not None:
            child.stdin.close()
            child.terminate()
            try:
                child.wait(3)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if self._dir:
            shutil.rmtree(self._dir, ignore_errors=True)
            self._dir = None

    def _command(self):
        if self.kind == "amqtt":
            return [sys.executable, "-m", "tools.bench.net.broker", str(self.port)]
        program = find_mosquitto()
        if not program:
            raise BrokerError("mosquitto is not installed")
        conf = Path(self._dir) / "mosquitto.conf"
        conf.write_text(_MOSQUITTO_CONF.format(port=self.port), encoding="ascii")
        return [program, "-c", str(conf)]

    def _await_listening(self):
        deadline = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < deadline:
            if self._child.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        text = (Path(self._dir) / "log").read_text(errors="replace")[-2000:]
        self.stop()
        raise BrokerError(f"{self.kind} did not start listening:\n{text}")


class MessageLog:
    """The broker's traffic as a client sees it: the last messages, and the newest of each topic.

    `clock` returns the virtual time in ms with which messages are stamped.
    """

    def __init__(self, port, clock, room=200):
        self._clock = clock
        self._messages = collections.deque(maxlen=room)
        self._latest = {}
        self._bases = {}  # (root, leaf) -> "root/ID" of the newest topic root/ID/leaf
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self.count = 0
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="packmate-bench")
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(1, 2)
        self._client.connect("127.0.0.1", port, keepalive=30)
        self._client.loop_start()

    def wait_ready(self, timeout_s=5.0):
        """Waits until the subscription stands; returns False if it does not within the time."""
        return self._ready.wait(timeout_s)

    def close(self):
        """Disconnects and ends the client's thread."""
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic, payload, retain=False):
        """Publishes a text with QoS 1, as a command from outside would come."""
        self._client.publish(topic, payload, qos=1, retain=retain)

    def last(self, count=50):
        """Returns the last messages, newest first, as dicts t_ms, topic, payload, retained."""
        with self._lock:
            messages = list(self._messages)[-count:]
        messages.reverse()
        return messages

    def latest(self, topic):
        """Returns the newest message of a topic, or None."""
        with self._lock:
            return self._latest.get(topic)

    def latest_json(self, topic):
        """Returns (object, t_ms) of the newest message of a topic, or (None, None)."""
        message = self.latest(topic)
        if message is None:
            return None, None
        try:
            return json.loads(message["payload"]), message["t_ms"]
        except ValueError:
            return None, message["t_ms"]

    def base_of(self, root, leaf):
        """Returns "root/ID" for the newest topic of the form root/ID/leaf, or None."""
        with self._lock:
            return self._bases.get((root, leaf))

    def _on_connect(self, client, _userdata, _flags, reason, _properties):
        if not reason.is_failure:
            client.subscribe("#", qos=1)

    def _on_subscribe(self, _client, _userdata, _mid, _reasons, _properties):
        self._ready.set()

    def _on_message(self, _client, _userdata, message):
        entry = {
            "t_ms": self._clock(),
            "topic": message.topic,
            "payload": message.payload.decode("utf-8", "replace"),
            "retained": bool(message.retain),
        }
        with self._lock:
            self.count += 1
            self._messages.append(entry)
            self._latest[message.topic] = entry
            parts = message.topic.split("/")
            if len(parts) == 3:
                self._bases[parts[0], parts[2]] = f"{parts[0]}/{parts[1]}"


async def _serve_amqtt(port):
    from amqtt.broker import Broker as AmqttBroker

    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {
            "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True},
        },
    }
    broker = AmqttBroker(config)
    await broker.start()
    # The parent holds the other end of our standard input: it closes whenever the parent ends.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await broker.shutdown()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(_serve_amqtt(int(sys.argv[1])))
