"""POST /api/command: what MQTT takes on its command topics, judged by the same rules.

{"command": "heater/mode", "value": "charger"}: the command is the topic without /set. The answer
is {"done": true, "reason": null}, or {"done": false, "reason": …} with a code of relay.commands.
"""

import json

from compat import const
from relay.commands import ACCEPTED, NOT_POSSIBLE, PAYLOAD_MAX, REFUSALS
from relay.topics import NAMES
from web.answer import refusal, whole
from website.told import told

BODY_BYTES = const(256)


class Orders:
    """judge: a relay.commands.Judge of its own, by what the settings allow on the page; obey:
    tasks.obey."""

    def __init__(self, device, judge, obey):
        self.device = device
        self._judge = judge
        self._obey = obey
        # The place of a name among the topics is the command.
        names = NAMES.decode().replace("/set", "").split("\n")
        self._names = [name[1:] for name in names]

    def answer(self, request):
        """The handler."""
        wish = told(request, ("command", "value"))
        if wish is None or wish.get("command") not in self._names[1:]:
            return refusal(400)
        name = wish["command"]
        value = wish.get("value")
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            return refusal(400)
        why = self._carry_out(self._names.index(name), value.encode())
        reason = None if why == ACCEPTED else REFUSALS.split(b"\n")[why].decode()
        self.device.journal.note("command", "%s, on the page: %s" % (name, reason or "done"))
        return whole(json.dumps({"done": reason is None, "reason": reason}).encode())

    def _carry_out(self, command, payload):
        """Returns ACCEPTED, or why not."""
        judge = self._judge
        judge.judge(command, 0, payload, min(len(payload), PAYLOAD_MAX + 1))
        if judge.refusal != ACCEPTED:
            return judge.refusal
        if not self._obey(self.device, command, judge.value):
            return NOT_POSSIBLE
        if self.device.relay is not None:
            self.device.relay.publish_soon()
        return ACCEPTED
