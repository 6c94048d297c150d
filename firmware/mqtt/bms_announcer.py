"""Tells Home Assistant of the BMS as a device of its own, connected by way of Packmate's.

Packmate's own device has Packmate's version; what a BMS says of itself (model, hardware, firmware,
serial number) belongs on the BMS's page, beside two entities about it. Some say it seconds after
the figures, some never; what has changed is told again. Imported on boards with PSRAM only.
"""

import json

from bms import pack as p
from compat import const
from mqtt.device_announcer import Sender

_ENTITIES = (
    (
        "firmware",
        "Model and firmware",
        "[value_json.model,value_json.hw_version,value_json.sw_version]|select|join(' ')",
    ),
    ("serial", "Serial number", "value_json.serial"),
)
_ITS = "_bms"  # what its names have behind those of Packmate's device
# Where versions before told them, as of that device.
_FORMER = (b"/bms/config", b"/bms_serial/config")
_ATTRIBUTES = (
    "{{ {'model':value_json.model,'hardware':value_json.hw_version,"
    "'firmware':value_json.sw_version,'serial_number':value_json.serial,'name':value_json.name,"
    "'made':value_json.mfg_date,'wires_mohm':value_json.cell_res_mohm}|tojson }}"
)
# Of a device, as Home Assistant abbreviates them.
_FACTS = (("mdl", p.MODEL), ("hw", p.HW_VERSION), ("sw", p.SW_VERSION), ("sn", p.SERIAL))
# Of an Announcer's texts to fill in.
_PREFIX = const(0)
_UNIQUE = const(1)
_BASE = const(2)
_HOME = const(3)
_SELDOM = const(5)
_DEVICE = const(6)


class BmsAnnouncer:
    """Stands in for an mqtt.announcer.Announcer, or what stands in for one, and tells its messages
    first. all_blanks, packs: of each BMS an Announcer's texts to fill in, and its
    bms.pack.PackState."""

    def __init__(self, announcer, all_blanks, packs):
        self.settled = False
        self.announcer = announcer  # one may give its place to another (mqtt.device_announcer)
        announcer.relay = self
        self._blanks = all_blanks
        self._packs = packs
        self._told = {}  # of each: its facts, as text; without any it was cleared
        self._again = True
        self._sender = Sender()

    def forget(self):
        """See mqtt.announcer.Announcer; likewise what follows."""
        self._told = {}
        self.announcer.forget()
        self._again = True

    def look(self):
        """More is known than before."""
        self.announcer.look()
        self._again = True

    def active(self):
        """True while there is something to look at or to send."""
        return self._again or self._sender.work is not None or self.announcer.active()

    def interrupt(self):
        """The session is gone: what was being sent is sent again."""
        self._sender.stop()
        self.announcer.interrupt()
        self._again = True

    def step(self, session, now):
        """Does a part of what is to be done."""
        if self._sender.work is not None:
            self._sender.go_on(session, now)
        elif self.announcer.active():
            self.announcer.settled = self.settled
            self.announcer.step(session, now)
        elif self._again:
            self._again = False
            self._sender.start(self._tell_all(session))

    def _tell_all(self, session):
        for number, pack in enumerate(self._packs):
            facts = _facts(pack)
            text = json.dumps(facts)
            if text == self._told.get(number) or not facts and not self.settled:
                continue
            blanks = self._blanks[number]
            own = blanks[_PREFIX] + b"/sensor/" + blanks[_UNIQUE]
            for former in _FORMER:
                yield from self._sender.put(session, own + former, b"")
            for entity in _ENTITIES:
                topic = own + ("%s/%s/config" % (_ITS, entity[0])).encode()
                payload = json.dumps(_config(blanks, facts, entity)).encode() if facts else b""
                yield from self._sender.put(session, topic, payload)
            self._told[number] = text


def _facts(pack):
    """Returns what a BMS has said that it is, as a dict in Home Assistant's abbreviations."""
    found = {}
    for name, which in _FACTS:
        text = pack.text(which)
        if text:
            found[name] = text
    return found


def _config(blanks, facts, entity):
    """Returns what Home Assistant is to know of an entity of _ENTITIES, and of its device."""
    key, title, value = entity
    own = json.loads(b"{" + blanks[_DEVICE] + b"}")
    unique = blanks[_UNIQUE].decode()
    name = own["dev"]["name"] + " BMS"
    device = {"ids": [unique + _ITS], "name": name, "via_device": unique}
    device.update(facts)
    told = {
        "~": json.loads(b'"' + blanks[_BASE] + b'"'),
        "name": title,
        "uniq_id": unique + _ITS + "_" + key,
        "stat_t": "~/info",
        "val_tpl": "{{ " + value + " or 'unknown' }}",
        "ent_cat": "diagnostic",
        "exp_aft": int(blanks[_SELDOM]),
        "avty_t": json.loads(b'"' + blanks[_HOME] + b'"') + "/availability",
        "dev": device,
        "o": own["o"],
    }
    if key == "firmware":
        told["json_attr_t"] = "~/info"
        told["json_attr_tpl"] = _ATTRIBUTES
    return told
