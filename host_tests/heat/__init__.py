"""Tests of lib/heat: the law, the guard, the options, and the heater as a whole."""
