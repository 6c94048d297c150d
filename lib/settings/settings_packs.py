"""The packs beside the first one, listed under `packs`; a part of table.py.

Each is an object with some of the keys that the first pack has at the top.
"""

# What can be said of a pack; the rest holds for all of them.
KEYS = ("name", "bms_dialect", "bms_link", "bms_address", "ble_address", "ble_name", "on_mat")
MOST = 3  # beside the first
_MOST_BY_RADIO = 3


def load(raw, values, errors, table, load_one, check_link):
    """Puts the good ones of the list `raw` into values["packs"], as complete dicts of KEYS.

    What is wrong with one is appended to `errors`, with the number of the pack. `table`: of all
    settings; load_one(raw, table) -> (values, errors); check_link(values, errors).
    """
    if not isinstance(raw, (list, tuple)):
        errors.append("packs: is not a list")
        return
    if len(raw) > MOST:
        errors.append("packs: more than %d beside the first" % MOST)
        raw = raw[:MOST]
    rows = [row for row in table if row[0] in KEYS]
    packs = []
    for at in range(len(raw)):
        where = "packs: pack %d: " % (at + 2)
        if not isinstance(raw[at], dict):
            errors.append(where + "is not an object")
            continue
        pack, problems = load_one(raw[at], rows)
        if "name" not in raw[at]:
            pack["name"] = "Pack %d" % (at + 2)
        if "bms_dialect" not in raw[at]:
            problems.append("bms_dialect: is missing")
        check_link(pack, problems)
        errors.extend([where + problem for problem in problems])
        if not problems:
            packs.append(pack)
    values["packs"] = packs
    if packs:
        _check_together([values] + packs, errors)
    if not [pack for pack in [values] + packs if pack["on_mat"]]:
        errors.append("on_mat: the mat warms no pack")


def _check_together(packs, errors):
    by_radio = [pack for pack in packs if pack["bms_link"] == "ble"]
    wired = [pack for pack in packs if pack["bms_link"] != "ble"]
    if len(wired) > 1:
        _check_bus(wired, errors)
    if len(by_radio) > _MOST_BY_RADIO:
        errors.append("packs: more than %d by Bluetooth" % _MOST_BY_RADIO)
    if [pack for pack in packs if pack["bms_dialect"] == "auto"]:
        errors.append("packs: auto is for a single pack: name the dialect of each")
    if packs[0]["bms_writes"]:
        errors.append("packs: bms_writes is for a single pack")
    called = [(p["ble_address"].upper().replace(":", ""), p["ble_name"]) for p in by_radio]
    if len(by_radio) > 1 and (("", "") in called or len(set(called)) < len(called)):
        errors.append("packs: several by Bluetooth need a ble_address or ble_name of their own")


def _check_bus(wired, errors):
    """One wire serves several where it is a bus: each has an address then."""
    addresses = {pack["bms_address"] for pack in wired}
    if [pack for pack in wired if pack["bms_dialect"] != "jk_modbus"]:
        errors.append("packs: there is one wire, which only several jk_modbus can share")
    elif None in addresses or len(addresses) < len(wired):
        errors.append("packs: several on one bus need a bms_address of their own")
