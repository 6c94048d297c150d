"""Tests of the virtual bench, and of the unmodified firmware on it."""
