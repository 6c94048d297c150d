"""alloc_screen with the pages for panels of 320 × 240."""

import sys

import screen
import screen.layout_320x240 as layout

sys.modules["screen.layout"] = screen.layout = layout

import alloc_screen  # noqa: E402, F401
