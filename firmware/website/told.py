"""What a request tells as JSON."""

import json


def told(request, known):
    """Returns the object that a request's body is: a dict with no other names than `known`.

    None for anything else. A page of another origin cannot say that it sends JSON without asking
    first, which nobody answers.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return None
    try:
        found = json.loads(request.body.decode())
    except (ValueError, RuntimeError):  # no UTF-8, no JSON, or nested too deeply
        return None
    if not isinstance(found, dict) or any([name not in known for name in found]):
        return None
    return found
