"""Builds what is drawn on the panel, and the buttons.

An image for a board without PSRAM has screen_small instead (tools/small/groups.py).
"""


def add_to(device, early):
    """Gives the device what is drawn on its panel, and the buttons."""
    if early.roomy and early.settings["screen_pages"] and early.brush.glyphs is not None:
        from building.book import add_to as add
    else:
        from building.screen_small import add_to as add
    add(device, early)
