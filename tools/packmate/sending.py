"""Sends a bundle to a device over MQTT, piece by piece (firmware/mqtt/pieces.py)."""

import json
import queue
import time

from tools.packmate import PackmateError, afar

PIECE_BYTES = 512
_ANSWER_S = 5
_PATIENCE_S = 90  # for the heating to be off, and an old update to be gone
_AGAIN_S = 0.1


def send(host, port, user, base, path, older=False, password=None):
    """Has the device whose topics begin with `base` try a bundle; prints how far it is.

    older: also if it is not newer than what runs. The rest: see afar.connected. Raises
    PackmateError, with the device's own words where it refuses.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PackmateError(f"{path}: cannot be read: {error.strerror}") from None
    with afar.connected(host, port, user, password) as (client, came):
        _Sender(client, came, base, older).send(data)
    print("taken: the device starts anew with it, and goes back by itself if it does not run well")


class _Sender:
    def __init__(self, client, came, base, older):
        self._client = client
        self._came = came
        self._base = base
        self._older = older
        self._begun = False
        self._told = None  # the last of BASE/update since then: before, it was of another one
        for leaf in ("result", "update"):
            client.subscribe(f"{base}/{leaf}")

    def send(self, data):
        """Sends all of it, and waits for what comes of it."""
        for at in range(0, len(data), PIECE_BYTES):
            self._send(at, data[at : at + PIECE_BYTES])
            print(f"\r{100 * at // len(data):3} %", end="", flush=True)
        print()
        self._publish(len(data), b"")  # a device that knows that may be about to start anew
        end = time.monotonic() + _PATIENCE_S
        while self._told is None or self._told.get("update_percentage") != 100:
            self._judge()
            if time.monotonic() > end:
                raise PackmateError("the device does not say what came of it")
            self._look(_ANSWER_S)

    def _send(self, at, data):
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            self._publish(at, data)
            answer = self._answer()
            if answer is not None and answer["done"]:
                self._begun = True
                return
            if answer is not None and answer["reason"] != "not_possible":
                self._give_up(answer["reason"])
            time.sleep(_AGAIN_S)
        raise PackmateError("the device has no time for it, or is not there")

    def _publish(self, at, data):
        head = bytes([self._older]) + at.to_bytes(4, "big")
        self._client.publish(f"{self._base}/update/data", head + data)

    def _answer(self):
        """Returns what the device answers to a piece, None if nothing."""
        end = time.monotonic() + _ANSWER_S
        while time.monotonic() < end:
            told = self._look(end - time.monotonic())
            if told is not None and told.get("command") == "update/data":
                return told
        return None

    def _give_up(self, reason):
        """Raises PackmateError: what the device says of the update may come a little later."""
        end = time.monotonic() + _ANSWER_S
        while time.monotonic() < end:
            self._judge()
            self._look(1)
        if reason == "not_allowed":
            reason = "there is no update.key on the device: `packmate deploy --update-key`"
        raise PackmateError(f"refused: {reason}")

    def _judge(self):
        if self._told is not None and self._told.get("release_summary"):
            raise PackmateError(f"refused: {self._told['release_summary']}")

    def _look(self, most_s):
        """Takes the next message; returns it, if it is an answer."""
        try:
            topic, payload = self._came.get(timeout=max(0, most_s))
            told = json.loads(payload)
        except (queue.Empty, ValueError):
            return None
        if topic.endswith("/result"):
            return told
        if self._begun:
            self._told = told
        return None
