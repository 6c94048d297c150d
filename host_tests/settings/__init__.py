"""Tests of the table of settings: bounds, refusals, memory, the page about it."""
