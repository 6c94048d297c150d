"""Files of an image that are made when the image is: what the device only reads, piece by piece.

FILES names each by the module that it is made from, which a device then does not carry, nor what
only this module imports: `screen.fonts.glyphs` becomes lib/screen/fonts/glyphs.bin. A firmware
that runs from sources, or has its modules frozen, has the module itself.
"""


def data(module, _board):
    """Returns what the module has under the name DATA."""
    return module.DATA


# Module -> function(the module, imported; the board's data module) that returns bytes.
FILES = {
    "screen.fonts.glyphs": data,
    "relay.layout": data,
    "relay.discovery": data,
}
