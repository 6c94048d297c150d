"""Tests of lib/bms: from bytes to the figures of a pack, and commands to it."""
