"""The screen of boards with memory for all pages, as a test presses its buttons and reads it."""

from host_tests.screen.screen_rig import Page
from screen import facts
from tools.draw import book_scenes, cpython_framebuf

NOW_S = 10_000


def new_page(monkeypatch, scene="big", errors=(), new=False, **settings):
    """Returns a Page of all pages, with a scene of book_scenes; `lit`: each brightness so far."""
    glass, screen = book_scenes.new_screen(cpython_framebuf, settings, errors=errors, new=new)
    lit = []
    glass.light = lit.append
    page = Page(monkeypatch, made=(glass, screen, book_scenes.fill(facts.Facts(), scene)))
    page.lit = lit
    return page


def seen(page, presses, back=False):
    """Presses so often, the second button with `back`; returns the page that each brought."""
    found = []
    for _ in range(presses):
        (page.screen.back if back else page.screen.button)(page.model)
        page.update()
        found.append(page.screen.page)
    return found
