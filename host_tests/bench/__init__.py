"""Tests of the virtual bench itself: clocks, chip, simulated BMSs, broker, server and page."""
