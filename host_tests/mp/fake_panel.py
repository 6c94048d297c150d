"""`machine` for the panel's driver: records the transfers instead of making them.

Install with `sys.modules["machine"] = fake_panel`, and `Board` as "board", before st7789 is
imported. `transfers` holds (level of DC, bytes); a transfer while CS is high or RST is low is
recorded as None.
"""

transfers = []
levels = {}
duties = []
setup = {}
recording = True


class Board:
    """The facts that the driver needs, those of boards/lilygo_t_display."""

    PANEL_WIDTH = 240
    PANEL_HEIGHT = 135
    PANEL_X = 40
    PANEL_Y = 53
    PANEL_MADCTL = 0x70
    PANEL_INVERT = True
    SPI_ID = 2
    SPI_HZ = 20_000_000
    SPI_SCK = 18
    SPI_MOSI = 19
    PANEL_CS = 5
    PANEL_DC = 16
    PANEL_RST = 23
    PANEL_BL = 4
    PANEL_POWER = -1
    PANEL_I2C = 0
    PANEL_SDA = 21
    PANEL_SCL = 22


class Pin:
    """Remembers levels by pin number."""

    OUT = 3

    def __init__(self, number, mode=-1, value=None):
        self.number = number
        if value is not None:
            levels[number] = value

    def __call__(self, value):
        levels[self.number] = value


class PWM:
    """Records duties."""

    def __init__(self, pin, freq=0, duty_u16=0):
        setup["pwm"] = (pin.number, freq)
        duties.append(duty_u16)

    def duty_u16(self, duty):
        if recording:
            duties.append(duty)


class SPI:
    """Records what is written."""

    def __init__(self, id, baudrate=0, sck=None, mosi=None, miso=0):
        setup["spi"] = (id, baudrate, sck.number, mosi.number, miso)

    def write(self, data):
        if not recording:
            return
        reset = Board.PANEL_RST >= 0 and levels[Board.PANEL_RST] == 0
        selected = levels[Board.PANEL_CS] == 0 and not reset
        transfers.append((levels[Board.PANEL_DC], bytes(data)) if selected else None)


class I2C:
    """Hands what is read and written to `devices`, by address; nobody is there otherwise."""

    devices = {}

    def __init__(self, number, scl, sda, freq):
        setup["i2c"] = (number, scl.number, sda.number, freq)

    def _device(self, address):
        if address not in self.devices:
            raise OSError(19)
        return self.devices[address]

    def readfrom_mem_into(self, address, register, buf):
        buf[0] = self._device(address).read(register)

    def writeto_mem(self, address, register, buf):
        self._device(address).write(register, bytes(buf))

    def writeto(self, address, buf):
        self._device(address).take(bytes(buf))

    def writevto(self, address, parts):
        self._device(address).take(b"".join([bytes(part) for part in parts]))
