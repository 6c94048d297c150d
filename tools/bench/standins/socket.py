"""The host's sockets, which cannot reach anything while the bench's Wi-Fi is down."""

import bench_link as link
import bench_ops as ops
from usocket import *  # noqa: F403
from usocket import getaddrinfo as _getaddrinfo

_EAI_FAIL = -202  # lwIP's, as the ESP32 raises it


def getaddrinfo(*args):
    if link.cells[ops.WIFI] != ops.WIFI_GOT_IP:
        raise OSError(_EAI_FAIL)
    return _getaddrinfo(*args)[:1]  # lwIP gives one
