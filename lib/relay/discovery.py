"""Home Assistant's discovery, written once for a device to send: one retained message an entity.

Single-component discovery, which every version of Home Assistant understands. DATA holds a record
for each entity; the device fills in what it alone knows (its names, intervals, limits) while it
sends the pieces (firmware/mqtt/announcer.py), so that no config is ever in its memory.

DATA: the bytes of the first part (16 bits, big-endian), which is about a pack; how many records
there are (8 bits); its records; then those about the device. A record: what it needs (one byte: a
slot of bms.pack, or one of the numbers below), bytes of its topic and of its payload without
blanks to fill (8 and 16 bits), how often each blank is in its payload (BLANKS bytes), bytes of its
pieces (16 bits), and its pieces: the number of a blank or 0, the length of the text behind it, the
text.
"""

from bms import pack as p
from relay import fields as f
from relay.commands import BOUNDS
from relay.texts import TEXTS
from words import MAX_RELEASE_MIN

# Blanks.
PREFIX, UNIQUE, BASE, HOME, TOLD, SELDOM, DEVICE = range(1, 8)
BLANKS = 7
MARKS = {n: chr(n) for n in range(1, BLANKS + 1)}

# Needs, beside slots of bms.pack.
USE = 120  # and the position in relay.fields.USES
TEMP = 140  # and the position of the sensor
CELL = 150  # and the position of the cell
COMMAND = 190  # and the number of the command to the BMS
MODE = 200  # and the highest mode that the settings allow; where it can be set from afar
ALWAYS = 255

_GOOD = (
    ',{"t":"~/state","val_tpl":"{{ \'online\' if value_json.fresh and value_json.plausible'
    " else 'offline' }}\"}"
)


_DECIMALS = {"min": 0, "h": 0, "W": 0, "A": 2, "Ah": 1}  # that are shown, if not all there are
_OFTEN = (f.STATE, f.LIMITS)  # are told at each interval


def _quoted(text):
    """Returns a text as JSON in ASCII."""
    out = ""
    for letter in text:
        if letter in '"\\':
            out += "\\" + letter
        else:
            out += letter if ord(letter) < 128 else "\\u%04x" % ord(letter)
    return '"' + out + '"'


def _member(key, text):
    return ',"' + key + '":' + _quoted(text)


def _topic(platform, key):
    return MARKS[PREFIX] + "/" + platform + "/" + MARKS[UNIQUE] + "/" + key + "/config"


def _begin(key, title):
    text = '{"~":"' + MARKS[BASE] + '"' + _member("name", title)
    return text + ',"uniq_id":"' + MARKS[UNIQUE] + "_" + key + '"'


def _end(good):
    text = ',"avty":[{"t":"' + MARKS[HOME] + '/availability"}' + (_GOOD if good else "")
    return text + '],"avty_mode":"all",' + MARKS[DEVICE] + "}"


def _words(table, value):
    """Returns (template, JSON list of options) of an enum."""
    rows = TEXTS[table]
    pairs = []
    for code, text in rows:
        key = code if code.isdigit() else "'" + code + "'"  # a number is told as one
        if code:
            pairs.append(key + ":'" + text.replace("'", "\\'") + "'")
    nothing = [text for code, text in rows if not code] or [rows[0][1]]
    template = "{{ {" + ",".join(pairs) + "}.get(" + value + ", "
    if rows[0][0]:
        template += value + ") }}"  # a code of a later version, as it is
    else:
        template += "'%s' if %s is none else %s) }}" % (nothing[0], value, value)
    return template, "[" + ",".join([_quoted(text) for _, text in rows]) + "]"


def _number_template(value, scale):
    if scale == 1:
        return "{{ " + value + " }}"
    return "{{ %s/%d if %s is number else None }}" % (value, scale, value)


def _record(need, platform, key, payload):
    """Returns a record; the payload is text with marks."""
    topic, payload = _topic(platform, key), payload
    counts = bytes([payload.count(MARKS[n]) for n in range(1, BLANKS + 1)])
    literal = len(payload.encode()) - sum(counts)
    pieces = b"".join([_pieces(topic), _pieces(payload)])
    own = len(topic) - 2  # two blanks are in every topic
    head = bytes((need, own, literal >> 8, literal & 255)) + counts
    return head + bytes((len(pieces) >> 8, len(pieces) & 255)) + pieces


def _pieces(text):
    out = b""
    blank = 0
    literal = ""
    for letter in text + "\0":
        if ord(letter) <= BLANKS or len(literal) == 120:
            if blank or literal:
                out += bytes((blank, len(literal))) + literal.encode()
            blank = ord(letter) if ord(letter) <= BLANKS else 0
            literal = "" if blank or letter == "\0" else letter
        else:
            literal += letter
    return out


def _need(field, message):
    if message == f.BMS:
        return USE + f.USES.index(f.WRITES)
    if message == f.PACKS:
        return USE + f.USES.index(f.SEVERAL)
    if field.needs in f.USES:
        return USE + f.USES.index(field.needs)
    if field.needs:
        return getattr(p, field.needs)
    return USE + f.USES.index(f.OWN_HEATER) if message == f.HEATER else ALWAYS


def _reading(field, message, need, value=None):
    """Returns the record of a field, which is the `value` of a template."""
    topic = "~/" + message
    value = value or "value_json." + field.name
    text = _begin(field.name, field.title) + _member("stat_t", topic)
    platform = "sensor"
    if field.kind == f.BOOL:
        platform = "binary_sensor"
        text += _member("val_tpl", "{{ {true:'ON',false:'OFF'}.get(" + value + ") }}")
    elif field.words:
        template, options = _words(field.words, value)
        text += _member("val_tpl", template) + ',"dev_cla":"enum","options":' + options
    elif field.cls == "timestamp":
        template = "{{ %s|as_datetime if %s is number else None }}" % (value, value)
        text += _member("val_tpl", template)
    else:
        text += _member("val_tpl", _number_template(value, field.scale))
    for key, fact in (
        ("unit_of_meas", field.unit),
        ("dev_cla", field.cls),
        ("stat_cla", field.state),
        ("ent_cat", field.category),
    ):
        if fact:
            text += _member(key, fact)
    if field.scale > 1:
        decimals = field.decimals
        if decimals is None:
            decimals = _DECIMALS.get(field.unit, len(str(field.scale)) - 1)
        text += ',"sug_dsp_prc":%d' % decimals
    if not field.enabled:
        text += ',"en":false'
    text += ',"exp_aft":' + MARKS[TOLD if message in _OFTEN else SELDOM]
    if field.attributes:
        # By `get`: what a pack never told is not in the message.
        told = ",".join(["'%s':value_json.get('%s')" % pair for pair in field.attributes])
        text += _member("json_attr_t", topic)
        text += _member("json_attr_tpl", "{{ {" + told + "}|tojson }}")
    return _record(need, platform, field.name, text + _end(field.good))


def _notices():
    """Returns the record of what asks for something without anything being wrong."""
    value = "value_json.notices"
    text = _begin("notices", "Notices") + _member("stat_t", "~/state")
    template = "{{ %s|join(', ')|replace('_', ' ') if %s else 'none' }}" % (value, value)
    text += _member("val_tpl", template) + _member("ent_cat", "diagnostic")
    text += ',"exp_aft":' + MARKS[TOLD]
    return _record(ALWAYS, "sensor", "notices", text + _end(True))


def _alarms():
    """Returns the record of the alarms in words, each with its cell where that is known: the one
    cell that is highest or lowest while cells are too high or too low, and a cell whose wire is
    bad."""
    cells = "(value_json.cell_mv or [])|select('eq',value_json.%s)|list|length==1"
    lone = "'%s':value_json.%s if " + cells + " else none"
    known = ",".join(
        [
            lone % ("cell_overvoltage", "cell_max_index", "cell_max_mv"),
            lone % ("cell_undervoltage", "cell_min_index", "cell_min_mv"),
            "'wire_resistance':value_json.bad_wire",
        ]
    )
    template = "{% set cells={" + known + "} %}{% for name in value_json.alarms or [] %}"
    template += "{{ name|replace('_',' ') }}"
    template += "{% if cells.get(name) is number %} (cell {{ cells[name] }}){% endif %}"
    template += "{% if not loop.last %}, {% endif %}{% else %}none{% endfor %}"
    text = _begin("alarms", "Alarms") + _member("stat_t", "~/state")
    # A state has 255 letters at most; what is longer is seldom, and whole in the attributes.
    text += _member("val_tpl", "{% set all %}" + template + "{% endset %}{{ all[:250] }}")
    text += ',"exp_aft":' + MARKS[TOLD]
    return _record(ALWAYS, "sensor", "alarms", text + _end(True))


def _event():
    """Returns the record of what happens: a new alarm, a fault or a warning of the heater."""
    text = _begin("event", "Event") + _member("stat_t", "~/event")
    text += ',"event_types":["alarm","heater_fault","heater_warning"]'
    return _record(USE + f.USES.index(f.PSRAM), "event", "event", text + _end(False))


def _powers():
    """Returns the records of the power apart, as Home Assistant's cards about energy want it."""
    records = []
    for name, title, sign in (("charge", "Charge", ""), ("discharge", "Discharge", "-")):
        field = f.Field(
            name + "_power",
            f.INT,
            title + " power",
            good=True,
            scale=1000,
            unit="W",
            cls="power",
            state="measurement",
        )
        known = "value_json.power_mw is number"
        value = "([0,%svalue_json.power_mw]|max if %s else None)" % (sign, known)
        records.append(_reading(field, f.STATE, p.POWER_MW, value))
    return records


_REST = 50  # less than this part of the capacity an hour is rest, of which no time follows


def _reckoned():
    """Returns the records of what Home Assistant reckons from a message: the energy that is
    stored, at the voltage of now, and how long the pack lasts or charges at the current of now. In
    steps that a recorder can bear."""
    left = "value_json.remaining_mah"
    full = "value_json.capacity_mah"
    ma = "value_json.current_ma"
    stored = "(%s*value_json.pack_mv/1e7)|round|int*10" % left
    lasts = "(%s/-%s*4)|round|int*15" % (left, ma)
    charges = "[((%s-%s)/%s*4)|round|int*15,0]|max" % (full, left, ma)
    all_known = "%s is number and %s is number and %s is number and " % (left, full, ma)
    records = []
    for name, title, unit, cls, value, known in (
        (
            "stored_energy",
            "Stored energy",
            "Wh",
            "energy_storage",
            stored,
            left + " is number and value_json.pack_mv is number",
        ),
        (
            "time_to_empty",
            "Time to empty",
            "min",
            "duration",
            lasts,
            all_known + "-%s*%d>%s" % (ma, _REST, full),
        ),
        (
            "time_to_full",
            "Time to full",
            "min",
            "duration",
            charges,
            all_known + "%s*%d>%s" % (ma, _REST, full),
        ),
    ):
        field = f.Field(name, f.INT, title, good=True, unit=unit, cls=cls, state="measurement")
        template = "(%s if %s else None)" % (value, known)
        records.append(_reading(field, f.STATE, p.REMAINING_MAH, template))
    return records


def _listed():
    """Returns the records of sensors and cells, and of what has a form of its own."""
    records = [_notices(), _alarms(), _event()] + _powers()
    for i in range(p.MAX_TEMPS):
        field = f.Field(
            "temp_%d" % (i + 1),
            f.INT,
            "Temperature %d" % (i + 1),
            good=True,
            scale=10,
            unit="°C",
            cls="temperature",
            state="measurement",
        )
        value = "(value_json.temps_dc or [])[%d]" % i
        records.append(_reading(field, f.STATE, TEMP + i, value))
    for i in range(p.MAX_CELLS):
        field = f.Field(
            "cell_%d" % (i + 1),
            f.INT,
            "Cell %d" % (i + 1),
            good=True,
            scale=1000,
            unit="V",
            cls="voltage",
            state="measurement",
            category="diagnostic",
        )
        value = "(value_json.cell_mv or [])[%d]" % i
        records.append(_reading(field, f.STATE, CELL + i, value))
    return records


# -- what commands something ----------------------------------------------------------------------


def _button(need, key, title, topic, payload):
    text = _begin(key, title) + _member("cmd_t", "~/" + topic)
    text += _member("payload_press", payload) + _member("ent_cat", "config")
    return _record(need, "button", key, text + _end(False))


def _number(need, key, title, topic, state, rest):
    text = _begin(key, title) + _member("cmd_t", "~/" + topic) + _member("ent_cat", "config")
    text += _member("stat_t", "~/" + state)
    return _record(need, "number", key, text + rest + _end(False))


def _minutes(value, bounds):
    template = "{{ (%s/60)|round(0,'ceil')|int if %s is number else None }}" % (value, value)
    text = _member("val_tpl", template) + _member("cmd_tpl", "{{ value|int }}")
    text += _member("unit_of_meas", "min")
    return text + ',"min":%d,"max":%d,"step":1,"mode":"box"' % bounds


def _tenths(value, bounds):
    template = "{{ %s/10 if %s is number else None }}" % (value, value)
    text = _member("val_tpl", template) + _member("cmd_tpl", "{{ (value*10)|round|int }}")
    text += _member("unit_of_meas", "°C") + _member("dev_cla", "temperature")
    low, high = bounds
    return text + ',"min":%d,"max":%d,"step":0.5,"mode":"box"' % (low // 10, high // 10)


def _update(need):
    """Returns the record of the entity that installs a new version; what older versions of Home
    Assistant do not know of the message is left out."""
    keys = ("installed_version", "latest_version", "release_summary")
    pairs = ",".join(["'%s':value_json.%s" % (key, key) for key in keys])
    text = _begin("update", "Update") + _member("stat_t", "~/update")
    text += _member("val_tpl", "{{ {" + pairs + "}|tojson }}") + _member("cmd_t", "~/update/set")
    text += _member("payload_install", "install") + _member("dev_cla", "firmware")
    return _record(need, "update", "update", text + _member("ent_cat", "config") + _end(False))


def _controls():
    use = {name: USE + i for i, name in enumerate(f.USES)}
    return [
        _update(use[f.UPDATES]),
        _button(use[f.UPDATES], "update_check", "Look for an update", "update/set", "check"),
        _mode(0),
        _mode(1),
        _mode(2),
        _mode_told(use[f.NO_MODES_FROM_AFAR]),
        _button(
            use[f.NO_MODES_FROM_AFAR], "heater_off", "Switch heater off", "heater/mode/set", "off"
        ),
        _button(
            use[f.MODES_FROM_AFAR],
            "heater_acknowledge",
            "Acknowledge heater fault",
            "heater/acknowledge",
            "acknowledge",
        ),
        _button(
            ALWAYS,
            "heater_report_reset",
            "Reset cold-charge report",
            "heater/report/reset",
            "reset",
        ),
        _number(
            use[f.BOOSTS_FROM_AFAR],
            "heater_boost",
            "Heater boost",
            "heater/boost/set",
            f.HEATER,
            _minutes("value_json.heater_boost_s", BOUNDS[0:2]),
        ),
        _number(
            use[f.OWN_THRESHOLDS],
            "heater_own_on_dc",
            "Threshold to heat below",
            "heater/on_dc/set",
            f.HEATER,
            _tenths("value_json.heater_own_on_dc", BOUNDS[2:4]),
        ),
        _number(
            use[f.OWN_THRESHOLDS],
            "heater_own_off_dc",
            "Threshold to stop at",
            "heater/off_dc/set",
            f.HEATER,
            _tenths("value_json.heater_own_off_dc", BOUNDS[4:6]),
        ),
        _number(
            use[f.RADIO],
            "bms_release",
            "BMS released to the phone",
            "bms/release/set",
            f.DEVICE,
            _minutes("value_json.handed_over_s", (0, MAX_RELEASE_MIN)),
        ),
        _button(
            use[f.RADIO],
            "bms_release_10_min",
            "Release the BMS for 10 minutes",
            "bms/release/set",
            "10",
        ),
    ]


def _mode_told(need):
    """Returns the record of the mode where it can only be switched off from afar."""
    field = f.Field("heater_mode_told", f.NAME, "Heater mode", words="heater_mode")
    return _reading(field, f.HEATER, need, "value_json.heater_mode")


def _mode(allowed):
    """Returns the record of the mode: a select whose options are what the settings allow."""
    template, _ = _words("heater_mode", "value_json.heater_mode")
    back = ",".join(["'%s':'%s'" % (text, code) for code, text in TEXTS["heater_mode"]])
    text = _begin("heater_mode", "Heater mode") + _member("cmd_t", "~/heater/mode/set")
    text += _member("ent_cat", "config") + _member("stat_t", "~/heater")
    text += _member("val_tpl", template)
    text += _member("cmd_tpl", "{{ {" + back + "}.get(value, value) }}")
    options = [_quoted(word) for _, word in TEXTS["heater_mode"][: allowed + 1]]
    text += ',"options":[' + ",".join(options) + "]"
    return _record(MODE + allowed, "select", "heater_mode", text + _end(False))


# Titles of the commands to the BMS, in the order of bms.writer's table; and what shows a switch of
# a unit that tells the effect only.
_COMMANDS = (
    ("charge_switch", "Charging allowed", "charge_on"),
    ("discharge_switch", "Discharging allowed", "discharge_on"),
    ("balance_switch", "Balancing allowed", "balancing"),
    ("heating_switch", "BMS heating allowed", "heating"),
    ("charge_utp_dc", "Charge low-temperature protection", ""),
    ("charge_utpr_dc", "Charge low-temperature recovery", ""),
    ("heating_start_dc", "BMS heating start", ""),
    ("heating_stop_dc", "BMS heating stop", ""),
    ("save", "Save BMS settings", ""),
)


def _write(number, key, title, effect):
    topic = "~/bms/" + key + "/set"
    text = _begin("bms_save" if key == "save" else key, title) + _member("cmd_t", topic)
    text += _member("ent_cat", "config")
    need = COMMAND + number
    if key == "save":
        text += _member("payload_press", "save") + _end(True)
        return _record(need, "button", "bms_save", text)
    state = f.STATE if key in f.SETTLED else f.BMS
    value = "value_json." + key
    text += _member("stat_t", "~/" + state)
    if effect:
        value += " if " + value + " is not none else value_json." + effect
        text += _member("val_tpl", "{{ {true:'ON',false:'OFF'}.get(" + value + ") }}")
        return _record(need, "switch", key, text + ',"opt":false' + _end(True))
    text += _member("val_tpl", "{{ %s/10 if %s is number else None }}" % (value, value))
    text += _member("cmd_tpl", "{{ (value*10)|round|int }}") + _member("unit_of_meas", "°C")
    text += _member("dev_cla", "temperature") + ',"min":-30,"max":20,"step":1,"mode":"box"'
    return _record(need, "number", key, text + _end(True))


def _readings(message):
    return [_reading(x, message, _need(x, message)) for x in f.FIELDS[message] if x.title]


# What needs one of these is nowhere but on boards with PSRAM.
_ROOMY = {COMMAND + number for number in range(len(_COMMANDS))}
_ROOMY |= {
    USE + f.USES.index(use)
    for use in (f.RADIO, f.SEVERAL, f.WRITES, f.WRITES_FROM_AFAR, f.PSRAM)
    + (f.CHARGE_LIMITS, f.DATA_BUDGET)
}


def render(roomy=True):
    """Returns DATA, or as much of it as boards without PSRAM can use."""
    pack = _readings(f.STATE) + _listed()
    if roomy:
        pack += _reckoned()
    device = []
    for message in f.MESSAGES[1:] + f.OTHERS:
        device += _readings(message)
    device += _controls() + [_write(n, *row) for n, row in enumerate(_COMMANDS)]
    if not roomy:
        pack, device = [[r for r in part if r[0] not in _ROOMY] for part in (pack, device)]
    count = len(pack) + len(device)
    pack = b"".join(pack)
    return bytes((len(pack) >> 8, len(pack) & 255, count)) + pack + b"".join(device)


DATA = render()
