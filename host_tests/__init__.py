"""The tests, room by room as the sources: what several rooms use lies here, beside them."""

from tools import ROOT

SHARED = ROOT.parent / "shared"  # the reference captures, beside the checkout
