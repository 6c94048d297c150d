"""The emulated panels: what a driver sends comes in, the picture that a person sees goes out."""
