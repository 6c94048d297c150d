"""Tests of tools/: images, squeezing, memory, decoding, pictures."""
