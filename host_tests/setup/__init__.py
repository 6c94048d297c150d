"""Tests of the set-up from a phone: lib/setup, firmware/portal and firmware/set_up.py."""
