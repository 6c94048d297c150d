"""The page's own files, which one file of the image holds: compressed, and never in memory whole.

tools/web_page.py makes it: a line of JSON, {name: [where it begins behind the line, its bytes,
content type, mark]}, and the contents, for which browsers know gzip.
"""

import io
import json

from compat import const
from hardware.data_file import open_data
from web.answer import Answer

_PIECE = const(2048)


def open_files():
    """Returns that file, open, from the image; where there is no image it is empty."""
    file = open_data("website/page_files.bin")
    if file is None:
        from website import page_files

        file = io.BytesIO(page_files.DATA)
    return file


class Files:
    """file: that file, open."""

    def __init__(self, file):
        self._file = file
        self._there = json.loads(file.readline())
        self._behind = file.tell()

    def names(self):
        """Returns the names of the files."""
        return self._there.keys()

    def answer(self, request, name):
        """Answers with the file of that name. A browser that has it already keeps it."""
        start, size, kind, mark = self._there[name]
        mark = '"%s"' % mark
        headers = "Cache-Control: no-cache\r\nETag: %s\r\n" % mark
        if request.headers.get("if-none-match") == mark:
            return Answer(304, headers=headers.encode(), kept=True)
        headers += "Content-Encoding: gzip\r\n"
        pieces = self._pieces(self._behind + start, size)
        return Answer(200, kind, pieces, size, headers.encode(), kept=True)

    def _pieces(self, at, size):
        while size:
            self._file.seek(at)  # others may read on from elsewhere in between
            piece = self._file.read(min(size, _PIECE))
            if not piece:
                raise OSError("the page's file is cut off")
            at += len(piece)
            size -= len(piece)
            yield piece
