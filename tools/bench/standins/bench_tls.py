# The stubs do not know `verify_mode`.
# pyright: reportAttributeAccessIssue=false
"""MicroPython's own TLS, on the host's socket below one of the bench's."""

import tls

PROTOCOL_TLS_CLIENT = tls.PROTOCOL_TLS_CLIENT
CERT_NONE = tls.CERT_NONE
CERT_REQUIRED = tls.CERT_REQUIRED


class SSLContext:
    """tls.SSLContext"""

    def __init__(self, protocol):
        self._context = tls.SSLContext(protocol)
        self.load_verify_locations = self._context.load_verify_locations
        self.load_cert_chain = self._context.load_cert_chain

    @property
    def verify_mode(self):
        return self._context.verify_mode

    @verify_mode.setter
    def verify_mode(self, mode):
        self._context.verify_mode = mode

    def wrap_socket(self, sock, **how):
        return self._context.wrap_socket(sock.bench_socket, **how)
