"""What else hangs at the pins of the T-Display. Data only, for tools/pins.py."""

ON_BOARD = {14: "switch of the battery's measurement", 34: "the battery's voltage"}
PULLED_UP = (0, 35)
PANEL_IS_WIRED = False  # it sits on the board
