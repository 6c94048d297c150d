"""What tools/decode.py is made of: captured bytes in, what the frames say out."""
