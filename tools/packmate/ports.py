"""Finds the serial port of the device by the USB ids of the chips that boards have for it."""

from serial.tools import list_ports

from tools.packmate import PackmateError

# USB (vendor, product); None: every product of the vendor. From the makers' own drivers.
KNOWN = {
    (0x10C4, 0xEA60): "CP210x",
    (0x1A86, 0x7523): "CH340",
    (0x1A86, 0x55D3): "CH343",
    (0x1A86, 0x55D4): "CH9102",
    (0x0403, 0x6001): "FT232",
    (0x0403, 0x6015): "FT231X",
    (0x303A, None): "Espressif",
    (0x239A, None): "Adafruit",
}


def find(given=None, ports=None):
    """Returns `given`, or the one port that looks like a board; PackmateError unless there is one.

    ports: what to look through, as serial.tools.list_ports.comports() gives it.
    """
    if given:
        return given
    found = [port for port in ports or list_ports.comports() if _is_known(port)]
    if len(found) == 1:
        print(f"port: {found[0].device}")
        return found[0].device
    if not found:
        raise PackmateError(
            "no board found on USB: is the cable one for data? Else name the port, as in "
            "/dev/ttyUSB0 or COM3"
        )
    names = ", ".join(port.device for port in found)
    raise PackmateError(f"several boards are on USB; name the port: {names}")


def _is_known(port):
    return (port.vid, port.pid) in KNOWN or (port.vid, None) in KNOWN
