"""What else hangs at the pins of the Feather ESP32-S3 TFT. Data only, for tools/pins.py."""

ON_BOARD = {13: "red LED", 41: "I2C of the board", 42: "I2C of the board"}
PULLED_UP = (0, 41, 42)
PANEL_IS_WIRED = False  # it sits on the board
