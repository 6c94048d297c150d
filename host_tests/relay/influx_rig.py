"""What tests of the Influx lines share."""


def fields_of(told):
    """Returns what a message, a dict, is as fields of a point."""
    found = {}
    for name, value in told.items():
        if isinstance(value, list) and value and not isinstance(value[0], str):
            found |= {f"{name}_{at + 1}": one for at, one in enumerate(value)}
        elif isinstance(value, list):
            found[name] = ",".join(value)
        else:
            found[name] = value
    return {name: value for name, value in found.items() if value is not None and name != "ts"}
