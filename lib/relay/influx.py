"""Messages as Influx line protocol, which Telegraf and InfluxDB take as it is.

Source: InfluxDB's documentation, "Line protocol" (v2). Whole numbers end in i, times are in ns.
Loaded only where the settings ask for it, on boards with PSRAM: a line takes some kB of heap.
"""


def line(measurement, tags, told):
    """Returns a line, as bytes; b"" if nothing is known that it could tell.

    tags: [(name, text)] that say whose figures they are; told: a message, as a dict. What is
    unknown is left out. A list of numbers becomes a field each, by position from 1, and one of
    names a text. Without a time, Telegraf takes that of the arrival.
    """
    fields = []
    for name, value in told.items():
        if name != "ts":
            _put(fields, name, value)
    if not fields:
        return b""
    text = _escaped(measurement, ", ")
    for name, value in tags:
        value = _escaped(value, ",= ")
        if value:  # InfluxDB refuses a line with an empty one
            text += ",%s=%s" % (name, value)
    text += " " + ",".join(fields)
    if told.get("ts") is not None:
        text += " %d000000000" % told["ts"]
    return text.encode()


def _put(fields, name, value):
    if value is None:
        return
    if isinstance(value, bool):
        fields.append(name + ("=true" if value else "=false"))
    elif isinstance(value, int):
        fields.append("%s=%di" % (name, value))
    elif isinstance(value, str):
        fields.append('%s="%s"' % (name, value.replace("\\", "\\\\").replace('"', '\\"')))
    elif all([item is None or isinstance(item, int) for item in value]) and value:
        for at in range(len(value)):
            _put(fields, "%s_%d" % (name, at + 1), value[at])
    else:
        _put(fields, name, ",".join(value))


def _escaped(text, special):
    """A backslash before what would end a name; at its end, one would take the next character."""
    text = text.replace("\n", " ").rstrip("\\")
    for letter in special:
        text = text.replace(letter, "\\" + letter)
    return text
