"""What makes an image for a board without PSRAM take less memory; tools/image.py uses it."""
