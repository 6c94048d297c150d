"""Tests of the whole device: the unmodified firmware on the bench."""
