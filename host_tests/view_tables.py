"""Tables of names for a relay.view.View, by the names of its choices."""

from relay import view as v


def tables(**by_name):
    """Returns tables of names for a View: those given by the names of the choices, else none."""
    found = [b""] * v.CHOICES
    for name, table in by_name.items():
        found[getattr(v, name) - v.FIGURES] = table
    return found
