"""A screen whose words are read off what it draws."""

from screen import font
from screen import model as m
from tools import cpython_framebuf, scenes


class Page:
    """A screen whose drawn texts are recorded, with a model to change."""

    def __init__(self, monkeypatch, scene="normal", errors=()):
        self.more = False  # there is more to draw
        self.texts = []
        self.inks = {}
        plain = font.Pen.draw

        def draw(pen, face, text, start, end, x, y, ink):
            said = bytes(text[start:end]).decode()
            if said:
                self.texts.append(said)
                self.inks[said] = ink
                assert all(font.width(face, text, i, i + 1) for i in range(start, end)), said
            return plain(pen, face, text, start, end, x, y, ink)

        monkeypatch.setattr(font.Pen, "draw", draw)
        self.buffer, self.canvas, self.screen = scenes.new_screen(cpython_framebuf, errors)
        self.model = scenes.model_of(scene, m.Model())
        self.update()

    def update(self, **changes):
        """Changes the model and returns the texts that were drawn for it."""
        for key, value in changes.items():
            scenes.change(self.model, key, value)
        self.texts.clear()
        self.more = self.screen.update(self.model)
        return list(self.texts)

    def complete(self, **changes):
        """The same, with updates until the page has nothing more to draw."""
        texts = self.update(**changes)
        while self.more:
            texts += self.update()
        return texts

    def press(self):
        """Presses the button, and returns the texts of the page that comes."""
        self.screen.button(self.model)
        return self.complete()
