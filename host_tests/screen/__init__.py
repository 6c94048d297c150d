"""Tests of lib/screen: what the pages say, and each pixel of it."""
