"""Tests of lib/history: the record, the ring in the flash, and what is read from it."""
