"""What the device's page costs in memory: `python -m tools.benchmark web`.

Python's part is measured on the 32-bit MicroPython, a browser's request answered through the real
code; the system's is that of chip_heaps.py, where sockets were measured on a chip.
"""

import json

from tools import ROOT
from tools.cost import chip_heaps
from tools.mp import runner

SCRIPT = ROOT / "tools" / "mp" / "measure_web.py"
# As Chromium sends it.
REQUEST = (
    "GET / HTTP/1.1\r\nHost: 192.168.1.5\r\nConnection: keep-alive\r\nUser-Agent: Mozilla/5.0 "
    "(X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
    "\r\nAccept: */*\r\nReferer: http://192.168.1.5/\r\nAccept-Encoding: gzip, deflate\r\n"
    "Accept-Language: de-DE,de;q=0.9\r\nAuthorization: Bearer 00112233445566778899aabbccddeeff"
    "\r\n\r\n"
)
CONNECTIONS = 3  # website.web_server: served at a time, and waiting
WAITING = 3
# lwIP's own bounds: what it holds of an answer that nobody takes, and of what nobody reads.
SEND_BUFFER = 5_760
WINDOW = 5_744


def measure():
    """Returns {figure: bytes}: see tools/mp/measure_web.py; and of the system's memory what a
    connection takes that does nothing, at the most, and all of them."""
    result = runner.run32(SCRIPT, [json.dumps({"request": REQUEST})])
    problem = runner.failure(result)
    if problem:
        raise RuntimeError(problem)
    found = dict(line.split("|") for line in result.stdout.splitlines())
    found = {name: int(size) for name, size in found.items()}
    sent = chip_heaps.SENT * SEND_BUFFER // 2_000
    unread = chip_heaps.UNREAD * WINDOW // 10_000
    waiting = chip_heaps.SOCKET + unread
    found["system_idle"] = chip_heaps.SOCKET
    found["system_most"] = waiting + sent
    found["system_all"] = CONNECTIONS * (waiting + sent) + WAITING * waiting
    return found


def table():
    """Returns the lines of a Markdown table."""
    found = measure()
    rows = [
        ("Python's heap: the code of server, requests and answers", found["code"]),
        (f"what {CONNECTIONS} connections share", found["shared"]),
        ("each of them, used or not", found["connection"]),
        ("garbage of a request's busiest step", found["step"]),
        ("and of the whole request", found["request"]),
        ("the system's: an open connection", found["system_idle"]),
        ("one that takes nothing and sends all it can, for a minute", found["system_most"]),
        (f"{CONNECTIONS} of these, and {WAITING} waiting: all there can be", found["system_all"]),
    ]
    return ["| memory | bytes |", "|---|---:|", *(f"| {what} | {size:,} |" for what, size in rows)]
