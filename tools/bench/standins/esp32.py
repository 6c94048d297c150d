"""The ESP32's `esp32` on the bench: heap figures and NVS kept in a file beside the settings."""

import json

import bench_link as link
import bench_ops as ops
import uos

HEAP_DATA = 4
HEAP_EXEC = 1
WAKEUP_ALL_LOW = False
WAKEUP_ANY_HIGH = True
_NOT_FOUND = -4354  # ESP_ERR_NVS_NOT_FOUND, negative as raised
_TOO_SMALL = -4364  # ESP_ERR_NVS_INVALID_LENGTH


# What an emulated chip without PSRAM had while the device ran, with Wi-Fi and a broker.
_FREE = 30_600
_LARGEST = 29_700
_least = [25_000]


def idf_heap_info(capabilities):
    """A list of (total, free, largest free, least free ever); one region here. Of it only the
    bench takes something (its control idf_taken)."""
    taken = link.cells[ops.TAKEN]
    free = max(0, _FREE - taken)
    _least[0] = min(_least[0], free)
    return [(170_000, free, max(0, _LARGEST - taken), _least[0])]


def raw_temperature():
    return 128  # °F


class NVS:
    """esp32.NVS; what is set counts after commit()."""

    def __init__(self, namespace):
        if not 0 < len(namespace) < 16:
            raise OSError(-4361, "ESP_ERR_NVS_INVALID_NAME")
        self._path = "nvs_" + namespace + ".json"
        try:
            with open(self._path) as file:
                self._values = json.load(file)
        except (OSError, ValueError):
            self._values = {}

    def get_i32(self, key):
        return self._get(key, int)

    def set_i32(self, key, value):
        self._values[key] = value

    def get_blob(self, key, buffer):
        blob = bytes(self._get(key, list))
        if len(blob) > len(buffer):
            raise OSError(_TOO_SMALL, "ESP_ERR_NVS_INVALID_LENGTH")
        buffer[: len(blob)] = blob
        return len(blob)

    def set_blob(self, key, value):
        self._values[key] = list(bytes(value))

    def erase_key(self, key):
        if key not in self._values:
            raise OSError(_NOT_FOUND, "ESP_ERR_NVS_NOT_FOUND")
        del self._values[key]

    def commit(self):
        with open(self._path + ".new", "w") as file:
            json.dump(self._values, file)
        uos.rename(self._path + ".new", self._path)

    def _get(self, key, kind):
        value = self._values.get(key)
        if not isinstance(value, kind):
            raise OSError(_NOT_FOUND, "ESP_ERR_NVS_NOT_FOUND")
        return value
