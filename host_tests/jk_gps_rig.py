"""Short cuts for tests that feed JK GPS-port frames to the dialect."""

from bms.jk.jk_gps import JkGps
from bms.pack import PackState
from tools import vocabulary

CHUNK = 512


def dialect(**keywords):
    """Returns a new dialect with a new pack."""
    return JkGps(PackState(), chunk=CHUNK, **keywords)


def feed(target, data, now=0):
    """Feeds bytes of any number to a dialect; returns the number of frames decoded."""
    return sum(
        target.feed(piece, len(piece), now)
        for piece in (data[at : at + CHUNK] for at in range(0, len(data), CHUNK))
    )


def listen(*frames, now=0):
    """Returns a new dialect that has heard the frames."""
    target = dialect()
    for frame in frames:
        feed(target, frame, now)
    return target


def values(target):
    """Returns what a dialect's pack knows, in the vocabulary."""
    return vocabulary.values(target.pack)


def everything(target):
    """Returns all that a reader of the pack can see, for comparisons."""
    pack = target.pack
    ages = [pack.age_ms(group, 1000) for group in range(3)]
    return values(target), ages, pack.seq, pack.fingerprint


def balanced(framer):
    """True if every byte fed is in a frame, dropped or pending."""
    return framer.fed == framer.frame_bytes + framer.dropped + framer.pending()


def silence(target, now=0):
    """Lets the line be silent for longer than the gap; returns the number of frames decoded."""
    return target.feed(b"", 0, now + target.framer.gap_ms + 1)
