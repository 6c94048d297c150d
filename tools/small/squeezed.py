"""Scripts for MicroPython and what they import of ours, squeezed as an image's modules are.

So what is tested and timed is what runs on a device without PSRAM.
"""

from bms import catalog
from tools import ROOT, image, rendered
from tools.small import inline, short_names, squeeze, stock_names

MP = ROOT / "tools" / "mp"  # what several scripts import
# An image has files instead of these, so that they may reach names by text (relay.message_names
# does).
RENDERED = set(rendered.FILES)
_AS_IT_IS = {"harness"}  # asks what the interpreter has


def sources_of(scripts):
    """Returns {module: text} of scripts and all they import of ours on a device, but for the
    harness and what is a file in an image."""
    folders = [*image.ROOTS, MP, *{script.parent for script in scripts} - {MP}]
    found = {}
    waiting = {script.stem for script in scripts}
    while waiting:
        name = waiting.pop()
        files = [p / (name.replace(".", "/") + ".py") for p in folders]
        texts = [f.read_text() for f in files if f.is_file()]
        if texts and name not in found and name not in _AS_IT_IS | RENDERED:
            found[name] = texts[0]
            waiting |= short_names.imported_modules(short_names.parse(texts[0]))
            if name == "bms.catalog":
                waiting.update(catalog.modules())
    return found


def lay_out(scripts, out):
    """Writes it all into the folder `out`, squeezed at once."""
    sources = sources_of(scripts)
    stock = stock_names.load()
    inlined = inline.inline(squeeze.without_constants(sources), set(), stock)
    as_it_is = {name: (MP / f"{name}.py").read_text() for name in _AS_IT_IS}
    asked = {n for t in as_it_is.values() for n in short_names.occurrences(short_names.parse(t))}
    texts = squeeze.shorten(inlined.texts, stock | asked) | as_it_is
    for text in sources.values():
        for name in short_names.imported_modules(short_names.parse(text)) & RENDERED:
            texts[name] = f"DATA = {image.load_source(name, image.find_source(name)).DATA!r}\n"
    for name, text in texts.items():
        file = out / (name.replace(".", "/") + ".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
