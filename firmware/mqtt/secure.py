"""TLS for the line to the broker; imported where the settings ask for it, on a board with PSRAM.

The handshake is done by the first writes: the socket does not block, and mbedTLS goes on where it
was. What it could not send is to be given to it again as it was, which mqtt.session does.

It reckons, in one go, with what has come: on a chip for a second or two, which is longer than the
watchdog leaves while the mat is on. So the pin is low in such a step, and in no other.
"""

import select
from binascii import a2b_base64

import tls

from compat import const
from kept.pause import write
from mqtt.session import GREETING

# As OSErrors; the line in words.MQTT_NAMES, negative.
_FAILED = const(-9)
_NO_TIME = const(-10)
_MEMORY = const(7)  # as in mqtt.session
_LONGEST = const(8000)  # bytes of a file


class Secure:
    """settings: those of MQTT. clock: hardware.net.network_time.Clock; errors: takes what is wrong
    with the files, as text.

    A certificate holds for a time, so that nobody is connected to before that is known.
    """

    def __init__(self, settings, clock, errors):
        self._host = settings["mqtt_host"]
        self._clock = clock if settings["mqtt_tls"] == "verified" else None
        self._context = None
        try:
            self._context = _make_context(settings, self._clock is not None)
        except (OSError, ValueError) as error:
            errors.append("mqtt_tls: %s" % error)

    def wrap(self, sock, host=""):
        """Returns the secure stream of a socket that is being connected. Raises OSError. host: if
        it is another one than the broker."""
        if self._context is None:
            raise OSError(_FAILED)  # never in clear instead
        if self._clock is not None and not self._clock.known:
            raise OSError(_NO_TIME)
        try:
            stream = self._context.wrap_socket(
                sock, server_hostname=host or self._host, do_handshake_on_connect=False
            )
        except ValueError as error:
            raise _failure(error) from None
        return Stream(stream)


class Handshake:
    """Tells of a socket that is being connected when there is something to reckon."""

    def __init__(self, sock):
        self._sock = sock
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN | select.POLLOUT)

    def is_due(self):
        """True once when the line is open, and then whenever something has come."""
        for _, events in self._poll.poll(0):
            if events & select.POLLOUT:
                self._poll.modify(self._sock, select.POLLIN)
            return True
        return False


def secure_line(session, secure, device):
    """Has a mqtt.session.Session, of whichever kind, go over such a line. device: whose heater
    is off while the handshake reckons."""
    plain_step = session.step
    shake = None

    def step(now):
        nonlocal shake
        was = session.sock
        if shake is not None and session.state == GREETING and shake.is_due():
            if device.options is not None and device.options.saver is not None:
                device.options.saver.wake()  # with a third of the clock it would take too long
            came = write(device, lambda: plain_step(now))
        else:
            came = plain_step(now)
        if was is None and session.sock is not None:  # before anything is sent
            try:
                shake = Handshake(session.sock)
                session.sock = secure.wrap(session.sock)
            except OSError as error:
                session.drop(0, error.errno)
            except MemoryError:
                session.drop(_MEMORY)
        if session.detail in (_FAILED, _NO_TIME):
            session.failure = -session.detail
            session.detail = 0
        return came

    session.step = step


class Stream:
    """What mqtt.session knows of a socket. What fails in TLS is an OSError of one kind."""

    def __init__(self, stream):
        self._stream = stream

    def write(self, data, at, n):
        """Returns how many bytes were taken, None if none can be."""
        try:
            return self._stream.write(data, at, n)
        except (OSError, ValueError) as error:
            raise _failure(error) from None

    def readinto(self, buf, n):
        """Returns how many bytes came, None if none is there, 0 at the end."""
        try:
            return self._stream.readinto(buf, n)
        except (OSError, ValueError) as error:
            raise _failure(error) from None

    def close(self):
        """Closes the socket, too."""
        self._stream.close()


def _failure(error):
    """Returns the OSError for what mbedTLS raises: with numbers below zero, or with words."""
    number = error.errno if isinstance(error, OSError) else _FAILED
    if not isinstance(number, int) or number >= 0:
        return error
    print("mqtt_tls:", str(error).strip())
    return OSError(_FAILED)


def _make_context(settings, verified):
    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    mode = tls.CERT_REQUIRED if verified else tls.CERT_NONE
    context.verify_mode = mode  # pyright: ignore[reportAttributeAccessIssue]
    if verified:
        context.load_verify_locations(_read(settings["mqtt_ca"]))
    if settings["mqtt_cert"]:
        context.load_cert_chain(_read(settings["mqtt_cert"]), _read(settings["mqtt_key"]))
    return context


def _read(path):
    """Returns what a file holds, as DER. Raises OSError, ValueError with what to do."""
    try:
        with open(path, "rb") as file:
            data = file.read(_LONGEST)
    except OSError:
        raise OSError("%s cannot be read" % path) from None
    begin = data.find(b"-----BEGIN ")
    if begin < 0:
        return data
    begin = data.find(b"\n", begin)
    end = data.find(b"-----END", begin)
    if begin < 0 or end < 0:
        raise ValueError("%s is cut off" % path)
    return a2b_base64(data[begin:end])
