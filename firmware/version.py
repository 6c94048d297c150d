"""Packmate's version, as the first picture and Home Assistant show it."""

VERSION = "0.1.0"
