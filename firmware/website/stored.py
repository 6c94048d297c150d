"""What the owner's files hold, as the page shows them."""

import json

SETTINGS = "settings.json"
SECRETS = "secrets.json"


def read(path):
    """Returns the object in a file of JSON; {} if there is no file, None if it is damaged."""
    try:
        with open(path) as file:
            found = json.load(file)
    except ValueError:
        return None
    except OSError:
        return {}
    return found if isinstance(found, dict) else None


def language():
    """Returns the owner's language, which the application does not keep."""
    return (read(SETTINGS) or {}).get("language", "english")
