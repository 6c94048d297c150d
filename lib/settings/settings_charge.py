"""The charge current by temperature, as a setting; a part of table.py that few need."""

_MOST_ROWS = 12


def read(text):
    """Returns [(0.1 °C, permille of charge_max_a)] of a table like `0:10 5:30 10:100`, which has
    °C and %, the coldest first; ValueError says what is wrong with it."""
    found = []
    for word in text.split():
        degrees, _, percent = word.partition(":")
        if not (_is_whole(degrees) and _is_whole(percent)):
            raise ValueError("%s is not DEGREES:PERCENT, as in 0:10 5:30 10:100" % word)
        dc = 10 * int(degrees)
        if not -300 <= dc <= 600:
            raise ValueError("%s: no temperature from -30 to 60" % word)
        if not 0 <= int(percent) <= 100:
            raise ValueError("%s: not from 0 to 100 percent" % word)
        if found and dc <= found[-1][0]:
            raise ValueError("%s is not warmer than what is before it" % word)
        found.append((dc, 10 * int(percent)))
    if not 2 <= len(found) <= _MOST_ROWS:
        raise ValueError("has %d temperatures, not 2 to %d" % (len(found), _MOST_ROWS))
    return found


def _is_whole(text):
    return (text[1:] if text[:1] == "-" else text).isdigit()


def check(values, errors):
    """Appends to `errors` what is wrong; puts a table that is back to none. `values`: a complete
    dict of good values."""
    name = "charge_table"
    try:
        warmest_dc = read(values[name])[-1][0] if values[name] else values["charge_full_dc"]
    except ValueError as error:
        errors.append("%s: %s" % (name, error))
        values[name] = ""
        return
    if values[name] and not values["charge_max_a"]:
        errors.append("%s: needs charge_max_a" % name)
    elif warmest_dc <= values["cells_limit_dc"]:
        errors.append(
            "%s: %d is not above cells_limit_dc %d"
            % (name if values[name] else "charge_full_dc", warmest_dc, values["cells_limit_dc"])
        )
