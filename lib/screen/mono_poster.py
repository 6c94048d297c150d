"""The network that a phone is to join, on a mono panel: poster.py's in that place. It has no room
for a QR code that a camera could read."""

from screen import labels
from words import SCREEN_TEXTS


def show_network(canvas, texts, network, modules):
    """See poster.show_network; the modules are not shown."""
    name, password, address = network
    canvas.clear()
    texts.put(canvas.text.start(b""), SCREEN_TEXTS, labels.SET_UP_NETWORK)
    canvas.write(0, 1)
    canvas.text.start(name.encode())
    canvas.write(0, 11)
    texts.put(canvas.text.start(b""), SCREEN_TEXTS, labels.SET_UP_PASSWORD)
    canvas.write(0, 25)
    canvas.text.start(password.encode())
    canvas.write(0, 35)
    canvas.text.start(address.encode())
    canvas.write(0, 52)
    canvas.show()
    while canvas.step():
        pass
