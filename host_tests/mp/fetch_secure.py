"""Fetches a file as an update is: arguments are its address, the file of the authority or "", and
whether the time is known. Says what came, or why nothing did."""

import sys
from binascii import hexlify
from hashlib import sha256
from time import sleep_ms

from mqtt.secure import Secure
from update.download import download
from update.intake import Refused

url, authority, known = sys.argv[1:4]


class Clock:
    known = known == "known"


settings = {
    "mqtt_host": "broker.example",
    "mqtt_tls": "verified" if authority != "-" else "unverified",
    "mqtt_ca": authority,
    "mqtt_cert": "",
}
errors = []
secure = Secure(settings, Clock, errors)
assert not errors, errors
found = sha256()
size = 0


def take(data):
    global size
    size += len(data)
    found.update(data)


try:
    for pause_ms in download(url, None, take, secure.wrap):
        sleep_ms(pause_ms)
    print("took", size, hexlify(found.digest()).decode())
except OSError as error:
    print("error:", error.errno)
try:
    for _ in download(url, None, take):
        pass
except Refused as error:
    print("without PSRAM:", error)
