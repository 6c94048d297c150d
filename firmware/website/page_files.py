"""The files of the page, from the folder page/: tools/web_page.py makes one file of them all."""

DATA = b"{}\n"  # a firmware that runs from its sources has none
