"""A screen whose words are read off what it draws."""

from screen import model as m
from screen.draw import brush as b
from screen.pages.errors import width
from tools.draw import cpython_framebuf, scenes


class Page:
    """A screen whose drawn texts are recorded, with a model to change.

    made: (glass, screen, model), where it is to be another than a scene's of tools.draw.scenes.
    """

    def __init__(self, monkeypatch, scene="normal", errors=(), made=None):
        self.texts = []
        self.inks = {}
        self.icons = []
        plain = b.Brush.begin

        def begin(brush, x, y, w, h, look):
            if look < b.BAR:
                self._note(brush, look & 3)
            elif look != b.BAR and look != b.BLANK:
                self.icons.append((x, brush.icon, brush.ink))
            return plain(brush, x, y, w, h, look)

        monkeypatch.setattr(b.Brush, "begin", begin)
        if made is None:
            made = *scenes.new_screen(cpython_framebuf, errors), scenes.model_of(scene, m.Model())
        self.glass, self.screen, self.model = made
        self.update()

    def _note(self, brush, face):
        text = brush.text
        said = bytes(text.buf[: text.unit]).decode("latin-1")  # a byte is a letter of the fonts
        unit = bytes(text.buf[text.unit : text.n]).decode()
        for i in range(text.n):
            here = face if i < text.unit else b.TEXT
            assert width(here, text.buf, i, i + 1), (said, unit)
        if said:
            self.texts.append(said)
            self.inks[said] = brush.ink
            if unit:
                self.texts.append(unit)

    def update(self, **changes):
        """Changes the model as a new frame does, and returns the texts that are drawn for it."""
        for key, value in changes.items():
            scenes.change(self.model, key, value)
        self.model.pack.seq += 1
        self.texts.clear()
        self.icons.clear()
        while self.screen.update(self.model):
            pass
        return list(self.texts)

    complete = update

    def press(self):
        """Presses the button, and returns the texts of the page that comes."""
        self.screen.button(self.model)
        return self.update()
