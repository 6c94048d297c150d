"""What the panel shows while the device is set up. Loaded for each picture and forgotten after it:
what draws takes a fifth of the memory that there is beside Wi-Fi."""

from hardware.screen_files import open_texts
from portal.states import DONE, ENTERING, TRYING
from screen.draw.language import Language
from screen.labels import SET_UP_DONE, SET_UP_TRYING
from screen.poster import show_network
from screen.start import show_texts
from setup import access, qr
from showing.first_picture import Picture
from words import SCREEN_TEXTS


def show(state, network, language):
    """Shows what is going on. network: the device's own: (name, password, address), as str."""
    picture = Picture()
    texts = _texts(language) or picture.texts
    if state == ENTERING:
        modules = qr.encode(access.qr_text(network[0], network[1]))
        show_network(picture.brush, texts, network, modules)
    elif state == TRYING:
        show_texts(picture.brush, texts, SCREEN_TEXTS, SET_UP_TRYING)
    elif state == DONE:
        show_texts(picture.brush, texts, SCREEN_TEXTS, SET_UP_DONE)


def _texts(language):
    """Returns what is said in this language, None if there is only English."""
    file = None if language == "english" else open_texts([], language)
    return None if file is None else Language(file)
